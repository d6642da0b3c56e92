/* fake_http.h - HTTP without a network: answers from a script, and remembers what was asked and how long it waited. */
#ifndef TEST_FAKE_HTTP_H
#define TEST_FAKE_HTTP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/util/http.h"

enum { FAKE_MOST = 32 };

struct fake_answer {
    enum http_outcome outcome;
    long status;
    double retry_after_s;
    char *body; /* freed when it was given */
    size_t size;
};

struct fake {
    struct fake_answer answer[FAKE_MOST];
    size_t answers, asked, waits;
    char url[FAKE_MOST][1024];
    char key[64], header[64]; /* of the last request */
    double least_s[FAKE_MOST], most_s[FAKE_MOST];
};

/* Beyond the script's end nothing answers. */
static enum http_outcome fake_perform(void *self, const struct http_request *request, struct http_response *response,
                                      char problem[200]) {
    struct fake *fake = self;
    *response = (struct http_response){0};
    if (fake->asked == FAKE_MOST)
        abort();
    snprintf(fake->url[fake->asked], sizeof fake->url[0], "%s", request->url);
    snprintf(fake->key, sizeof fake->key, "%s", request->key);
    snprintf(fake->header, sizeof fake->header, "%s", request->header[0] != NULL ? request->header[0] : "");
    struct fake_answer *answer = &fake->answer[fake->asked++];
    if (fake->asked > fake->answers || answer->outcome == HTTP_UNREACHABLE) {
        snprintf(problem, 200, "nobody there");
        return HTTP_UNREACHABLE;
    }
    if (answer->outcome == HTTP_RESPONDED)
        *response = (struct http_response){.status = answer->status,
                                           .retry_after_s = answer->retry_after_s,
                                           .body = answer->body,
                                           .size = answer->size};
    return answer->outcome;
}

static void fake_wait(void *self, double least_s, double most_s) {
    struct fake *fake = self;
    fake->least_s[fake->waits] = least_s;
    fake->most_s[fake->waits++] = most_s;
}

static inline struct http fake_http(struct fake *fake) {
    *fake = (struct fake){0};
    return (struct http){.self = fake, .perform = fake_perform, .wait = fake_wait};
}

static inline void fake_answer_bytes(struct fake *fake, long status, const void *body, size_t size) {
    char *copy = malloc(size + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, body, size);
    copy[size] = '\0';
    fake->answer[fake->answers++] = (struct fake_answer){HTTP_RESPONDED, status, 0, copy, size};
}

static inline void fake_answer(struct fake *fake, long status, const char *body) {
    fake_answer_bytes(fake, status, body, strlen(body));
}

#endif
