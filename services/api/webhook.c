/* webhook.c - deliveries of Stripe and Formspree: verified, durable, then 200. */
#include "services/api/webhook.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libetl/json_mend.h"
#include "libetl/signature.h"
#include "libetl/tape.h"
#include "services/common/clock.h"

enum { TOLERANCE_SECONDS = 300 }; /* what both senders recommend */

/* A delivery that waits for the disk: the request's ticket. */
struct delivery {
    struct inbox *inbox;
    struct inbox_ticket ticket;
};

static void release(struct request *request) {
    struct delivery *delivery = request->ticket;
    free(delivery->ticket.line);
    free(delivery);
}

/* ---- the first half: verify ---- */

static bool is_signed(const struct worker *worker, enum inbox_source source, const struct request *request,
                      struct reply *reply) {
    const struct signature_secrets *secrets = &worker->service->secrets[source];
    const char *name = source == INBOX_STRIPE ? "Stripe-Signature" : "Formspree-Signature";
    const char *header = request->header[source == INBOX_STRIPE ? HEADER_STRIPE_SIGNATURE : HEADER_FORMSPREE_SIGNATURE];
    if (secrets->count == 0) {
        /* Ours to mend, and nothing is lost until then: the sender shows this to its user and tries again for days.
         * 404 would send him to look at the address, which is right. */
        problem_reply_one(reply, 503, request->id, "service", NULL, "no_secret", "has no %s to check deliveries with",
                          source == INBOX_STRIPE ? "STRIPE_WEBHOOK_SECRET" : "FORMSPREE_WEBHOOK_SECRET");
        reply_header_static(reply, "Retry-After", "3600");
        return false;
    }
    enum signature_result result =
        signature_check(source == INBOX_STRIPE ? SIGNATURE_STRIPE : SIGNATURE_FORMSPREE, secrets, header,
                        (struct text){request->body, request->size}, (int64_t)time(NULL), TOLERANCE_SECONDS);
    if (result != SIGNATURE_VALID)
        problem_reply_one(reply, 401, request->id, "header", name, "signature", "%s", signature_text(result));
    return result == SIGNATURE_VALID;
}

static struct text without_space(struct text text) {
    static const char space[] = " \t\r\n";
    while (text.size > 0 && memchr(space, text.at[0], sizeof space - 1) != NULL)
        text = (struct text){text.at + 1, text.size - 1};
    while (text.size > 0 && memchr(space, text.at[text.size - 1], sizeof space - 1) != NULL)
        text.size--;
    return text;
}

/* Checked by the ETL's own scanner, a tenth of the work; what it does not know is for jansson to say. */
static bool is_object(const struct request *request, struct reply *reply) {
    struct tape tape = {0};
    struct text body = without_space((struct text){request->body, request->size});
    size_t used = 0;
    bool good = tape_scan(&tape, body, &used) == TAPE_DONE && used == body.size;
    tape_done(&tape);
    if (!good) {
        json_t *read = json_mend_load(body, NULL);
        good = json_is_object(read);
        json_decref(read);
    }
    if (!good)
        problem_reply_one(reply, 400, request->id, "body", NULL, "json", "is no JSON object");
    return good;
}

/* The envelope on one line. Between JSON's tokens a line end is as good as a space, and within them there is none. */
static char *write_line(const struct request *request, size_t *size) {
    struct buffer line = {0};
    char now[CLOCK_TEXT];
    clock_format((moment)time(NULL), now);
    buffer_format(&line, "{\"received_at\":\"%s\",\"body\":", now);
    size_t from = line.size;
    buffer_bytes(&line, request->body, request->size);
    for (size_t i = from; i < line.size; i++)
        if (line.at[i] == '\n' || line.at[i] == '\r')
            line.at[i] = ' ';
    buffer_string(&line, "}\n");
    return buffer_take(&line, size);
}

static void submit(struct request *request) {
    struct delivery *delivery = request->ticket;
    inbox_submit(delivery->inbox, &delivery->ticket);
}

static void refuse_for_now(const struct request *request, struct reply *reply) {
    problem_reply_one(reply, 503, request->id, "service", NULL, "not_stored", "could not store the delivery");
    reply_header_static(reply, "Retry-After", "60");
}

static void receive(struct worker *worker, enum inbox_source source, struct request *request, struct reply *reply) {
    struct inbox *inbox = worker->service->inbox;
    struct delivery *delivery = inbox != NULL ? calloc(1, sizeof *delivery) : NULL;
    size_t size;
    char *line = delivery != NULL ? write_line(request, &size) : NULL;
    if (line == NULL) {
        free(delivery);
        refuse_for_now(request, reply);
        return;
    }
    delivery->inbox = inbox;
    delivery->ticket = (struct inbox_ticket){.source = source, .line = line, .size = size, .waker = request->waker};
    request->ticket = delivery;
    request->release = release;
    reply->later = submit;
}

/* ---- the second half: it is decided ---- */

static void acknowledge(const struct request *request, struct reply *reply) {
    static const char received[] = "{\"received\":true}\n";
    const struct delivery *delivery = request->ticket;
    if (atomic_load(&delivery->ticket.state) == INBOX_STORED)
        reply_static(reply, 200, REPLY_JSON, received, sizeof received - 1);
    else
        refuse_for_now(request, reply);
}

static void handle(struct worker *worker, enum inbox_source source, struct request *request, struct reply *reply) {
    if (request->ticket != NULL)
        acknowledge(request, reply);
    else if (is_signed(worker, source, request, reply) && is_object(request, reply))
        receive(worker, source, request, reply);
}

void webhook_stripe(struct worker *worker, struct request *request, struct reply *reply) {
    handle(worker, INBOX_STRIPE, request, reply);
}

void webhook_formspree(struct worker *worker, struct request *request, struct reply *reply) {
    handle(worker, INBOX_FORMSPREE, request, reply);
}
