/* policies.c - PSI, Jensen-Shannon and chi-square as drift monitors use them. */
#include "policies.h"

#include <math.h>

#include "services/drift/stats/divergence.h"
#include "world.h"

const char *const policy_names[POLICIES] = {"leadforest",       "PSI >= 0.1",     "PSI >= 0.2",
                                            "JS >= 0.1",        "chi-square 5 %", "one-sample chi-square 5 %",
                                            "PSI, equal alarms"};

/* Expected counts are the reference's shares; categories the reference lacks are left out, as they would divide by 0.
 */
static double one_sample_p(const uint32_t *reference, const uint32_t *window, size_t k) {
    double m = 0, n = 0, statistic = 0, cells = 0;
    for (size_t i = 0; i < k; i++) {
        m += reference[i];
        n += window[i];
    }
    for (size_t i = 0; i < k; i++) {
        double expected = reference[i] * n / m;
        if (expected <= 0)
            continue;
        statistic += (window[i] - expected) * (window[i] - expected) / expected;
        cells++;
    }
    return chi_square_tail(statistic, fmax(cells - 1, 1));
}

struct measures policies_measure(const uint32_t *reference, const uint32_t *window, const struct feature_layout *layout,
                                 size_t first_stream, size_t last_stream) {
    struct measures out = {.p = 1, .p_one_sample = 1};
    for (size_t i = first_stream; i <= last_stream; i++) {
        const uint32_t *before = reference + layout->offset[i], *now = window + layout->offset[i];
        size_t k = feature_layout_categories(layout, i);
        struct divergence d = divergence_of(before, now, k);
        struct chi_square chi = chi_square_two_samples(now, before, k);
        out.psi = fmax(out.psi, d.psi);
        out.jensen_shannon = fmax(out.jensen_shannon, d.jensen_shannon);
        out.p = fmin(out.p, chi.freedom > 0 ? chi_square_tail(chi.statistic, chi.freedom) : 1);
        out.p_one_sample = fmin(out.p_one_sample, one_sample_p(before, now, k));
    }
    return out;
}

struct measures policies_test(const struct simulation *s) {
    if (!windows_full(&s->windows, 0) || s->windows.rows[0] == 0)
        return (struct measures){.p = 1, .p_one_sample = 1};
    /* Type, size and package: the columns that such a monitor is given. */
    struct measures a =
        policies_measure(s->reference, windows_counts(&s->windows, 0), s->detector.layout, FEATURE_TYPE, FEATURE_SIZE);
    struct measures b = policies_measure(s->reference, windows_counts(&s->windows, 0), s->detector.layout,
                                         FEATURE_PACKAGE, FEATURE_PACKAGE);
    return (struct measures){fmax(a.psi, b.psi), fmax(a.jensen_shannon, b.jensen_shannon), fmin(a.p, b.p),
                             fmin(a.p_one_sample, b.p_one_sample)};
}

void policies_alarm(const struct measures *m, double ours, double threshold, double psi_equal, bool alarm[POLICIES]) {
    alarm[POLICY_OURS] = ours <= threshold;
    alarm[POLICY_PSI_10] = m->psi >= 0.1;
    alarm[POLICY_PSI_20] = m->psi >= 0.2;
    alarm[POLICY_JS_10] = m->jensen_shannon >= 0.1;
    alarm[POLICY_CHI_SQUARE] = m->p <= 0.05;
    alarm[POLICY_ONE_SAMPLE] = m->p_one_sample <= 0.05;
    alarm[POLICY_PSI_EQUAL] = m->psi >= psi_equal;
}
