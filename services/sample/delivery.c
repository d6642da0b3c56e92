/* delivery.c - the shuffling window that lines of a file go through. */
#include "services/sample/delivery.h"

#include <string.h>

void delivery_begin(struct delivery *delivery, FILE *file, struct draw draw, unsigned twice) {
    memset(delivery, 0, sizeof *delivery);
    delivery->file = file;
    delivery->draw = draw;
    delivery->twice = twice;
}

static void write_out(struct delivery *delivery, struct buffer *line) {
    if (line->used == 0)
        return;
    fwrite(line->bytes, 1, line->used, delivery->file); /* an error stays in the stream for publish_commit */
    fputc('\n', delivery->file);
}

static void place(struct delivery *delivery, const struct buffer *line) {
    struct buffer *slot = &delivery->waiting[draw_below(&delivery->draw, DELIVERY_WINDOW)];
    write_out(delivery, slot);
    buffer_clear(slot);
    buffer_add(slot, buffer_text(line), line->used);
    delivery->lines++;
    delivery->failed = delivery->failed || slot->failed || line->failed;
}

void delivery_send(struct delivery *delivery, const struct buffer *line) {
    place(delivery, line);
    if (draw_chance(&delivery->draw, delivery->twice)) {
        place(delivery, line);
        delivery->repeated++;
    }
}

bool delivery_end(struct delivery *delivery) {
    for (size_t i = 0; i < DELIVERY_WINDOW; i++) {
        write_out(delivery, &delivery->waiting[i]);
        buffer_done(&delivery->waiting[i]);
    }
    return !delivery->failed;
}
