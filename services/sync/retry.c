/* retry.c - asks again after 429, 5xx and broken connections, with patience that ends. */
#include "services/sync/retry.h"

#include "services/common/log.h"

struct pause {
    double least_s, most_s;
};

/* A server's word is the least; without it, twice as long each time, half of it left to chance. */
static struct pause pause_after(unsigned attempt, double retry_after_s) {
    double most = 0.5 * (double)(1U << (attempt < 6 ? attempt : 6));
    if (retry_after_s > 0)
        return (struct pause){retry_after_s, retry_after_s * 1.1 + 0.1};
    return (struct pause){most / 2, most};
}

static bool passes(long status) {
    return status == 408 || status == 429 || status >= 500;
}

static bool give_up(struct file_error *err, const char *where, const char *problem, double waited_s) {
    file_error_say(err, "GET %s: %s, still after waiting %.1f s", where, problem, waited_s);
    err->try_later = true;
    return false;
}

bool retry_get(const struct http *http, const struct http_request *request, const char *where, double max_wait_s,
               struct http_reply *reply, struct file_error *err) {
    double waited_s = 0;
    for (unsigned attempt = 0;; attempt++) {
        char problem[200];
        enum http_outcome outcome = http->ask(http->self, request, reply, problem);
        if (outcome == HTTP_TOO_LARGE)
            return file_error_say(err, "GET %s: the answer is larger than %d bytes", where, HTTP_MAX_BODY);
        if (outcome == HTTP_ANSWERED && !passes(reply->status))
            return true;
        if (outcome == HTTP_ANSWERED)
            snprintf(problem, sizeof problem, "status %ld", reply->status);
        struct pause pause = pause_after(attempt, reply->retry_after_s);
        http_reply_done(reply);
        if (waited_s + pause.most_s > max_wait_s)
            return give_up(err, where, problem, waited_s);
        log_event(LOG_WARN, "waiting", "GET %s: %s; again in %.1f to %.1f s", where, problem, pause.least_s,
                  pause.most_s);
        http->wait(http->self, pause.least_s, pause.most_s);
        waited_s += pause.most_s;
    }
}
