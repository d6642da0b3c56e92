/* retry.c - sends a request again after 429, 5xx and broken connections, for a limited time. */
#include "services/sync/retry.h"

#include <stdio.h>

#include "services/common/worker/log.h"

struct pause {
    double min_s, max_s;
};

/* At least what Retry-After says; without it, twice as long each time, half of it random. */
static struct pause pause_after(unsigned attempt, double retry_after_s) {
    double max = 0.5 * (double)(1U << (attempt < 6 ? attempt : 6));
    if (retry_after_s > 0)
        return (struct pause){retry_after_s, retry_after_s * 1.1 + 0.1};
    return (struct pause){max / 2, max};
}

static bool is_temporary(long status) {
    return status == 408 || status == 429 || status >= 500;
}

static bool give_up(struct error *err, const char *where, const char *problem, double waited_s) {
    error_set(err, "GET %s: %s, gave up after waiting %.1f s", where, problem, waited_s);
    err->retryable = true;
    return false;
}

bool retry_get(const struct http *http, const struct http_request *request, const char *where, double max_wait_s,
               struct http_response *response, struct error *err) {
    double waited_s = 0;
    for (unsigned attempt = 0;; attempt++) {
        char problem[200];
        enum http_outcome outcome = http->perform(http->self, request, response, problem);
        if (outcome == HTTP_TOO_LARGE)
            return error_set(err, "GET %s: the response is larger than %d bytes", where, HTTP_MAX_BODY);
        if (outcome == HTTP_RESPONDED && !is_temporary(response->status))
            return true;
        if (outcome == HTTP_RESPONDED)
            snprintf(problem, sizeof problem, "status %ld", response->status);
        struct pause pause = pause_after(attempt, response->retry_after_s);
        http_response_done(response);
        if (waited_s + pause.max_s > max_wait_s)
            return give_up(err, where, problem, waited_s);
        log_event(LOG_WARN, "retrying", "GET %s: %s; next try in %.1f to %.1f s", where, problem, pause.min_s,
                  pause.max_s);
        http->wait(http->self, pause.min_s, pause.max_s);
        waited_s += pause.max_s;
    }
}
