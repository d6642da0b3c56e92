/* leads.c - stores people, their submissions and their features in little memory. */
#include "libetl/join/leads.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

#define MAX_MOMENT ((UINT64_C(1) << 33) - 1)

enum {
    MAX_LEADS = (1 << 30) - 1, /* and submissions */
    MANY = 16                  /* submissions of one lead that are compared one by one; with more, they are looked up */
};

void etl_leads_begin(struct etl_leads *leads, const struct etl_config *config, const struct etl_normalizer *normalizer,
                     const struct etl_hash_key *key) {
    *leads = (struct etl_leads){0};
    etl_feature_intern_begin(&leads->intern, config, normalizer, key);
}

void etl_leads_done(struct etl_leads *leads) {
    etl_idmap_done(&leads->names);
    etl_idmap_done(&leads->records);
    etl_feature_intern_done(&leads->intern);
    free(leads->leads);
    free(leads->addresses);
    free(leads->ids);
    free(leads->submissions);
    *leads = (struct etl_leads){0};
}

/* ---- ids: a UUID in lower case as 16 bytes, others as they are ---- */

enum {
    PACKED_UUID = 0,
    PACKED_ADDRESS = 255 /* then a byte of length follows; other first bytes are the length */,
    UUID = 36
};

/* The positions of the two digits of each byte. */
static const uint8_t uuid_places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

static void unpack_uuid(const char in[16], char out[ETL_LEADS_ID]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof uuid_places; i++) {
        out[uuid_places[i]] = digits[(unsigned char)in[i] >> 4];
        out[uuid_places[i] + 1] = digits[in[i] & 15];
    }
    out[8] = out[13] = out[18] = out[23] = '-';
    out[UUID] = '\0';
}

/* The value of a hexadecimal digit; any value below 16 for other characters. */
static unsigned hex_value(char c) {
    return ((unsigned char)c + ((unsigned char)c >> 6) * 9U) & 15;
}

/* A text is a UUID if packing and unpacking it gives the same text: so no digit needs to be checked separately. */
static bool pack_uuid(struct etl_text id, char out[16]) {
    char back[ETL_LEADS_ID];
    if (id.size != UUID)
        return false;
    for (size_t i = 0; i < sizeof uuid_places; i++)
        out[i] = (char)(hex_value(id.at[uuid_places[i]]) << 4 | hex_value(id.at[uuid_places[i] + 1]));
    unpack_uuid(out, back);
    return memcmp(back, id.at, UUID) == 0;
}

static bool keep_id(struct etl_leads *leads, struct etl_text id, struct etl_text address, uint32_t *place) {
    char packed[2 + ETL_TEXT_EMAIL], clean[ETL_TEXT_EMAIL];
    size_t size = 0;
    if (pack_uuid(id, packed + 1)) {
        packed[size++] = PACKED_UUID;
        size += 16;
    } else if (id.size > 0) {
        packed[size++] = (char)id.size;
        memcpy(packed + size, id.at, id.size);
        size += id.size;
    } else {
        size_t length = etl_text_email(address, clean);
        packed[size++] = (char)PACKED_ADDRESS;
        packed[size++] = (char)length;
        memcpy(packed + size, clean, length);
        size += length;
    }
    if (leads->ids_size + size > UINT32_MAX ||
        !etl_array_reserve(&leads->ids, &leads->ids_capacity, leads->ids_size + size, 1))
        return false;
    *place = (uint32_t)leads->ids_size;
    memcpy(leads->ids + leads->ids_size, packed, size);
    leads->ids_size += size;
    return true;
}

void etl_leads_id(const struct etl_leads *leads, uint32_t lead, char out[ETL_LEADS_ID], bool *is_address) {
    const char *packed = leads->ids + leads->leads[lead].id;
    unsigned char first = (unsigned char)packed[0];
    *is_address = first == PACKED_ADDRESS;
    if (first == PACKED_UUID) {
        unpack_uuid(packed + 1, out);
        return;
    }
    const char *text = *is_address ? packed + 2 : packed + 1;
    size_t size = *is_address ? (unsigned char)packed[1] : first;
    memcpy(out, text, size);
    out[size] = '\0';
}

void etl_leads_prefetch_id(const struct etl_leads *leads, uint32_t lead) {
    __builtin_prefetch(leads->ids + leads->leads[lead].id);
}

/* ---- leads ---- */

static bool new_lead(struct etl_leads *leads, const struct etl_submission *s, uint32_t *place) {
    uint32_t id;
    if (leads->count >= MAX_LEADS || !keep_id(leads, s->id, s->address, &id) ||
        !etl_array_reserve(&leads->leads, &leads->capacity, leads->count + 1, sizeof *leads->leads))
        return false;
    *place = (uint32_t)leads->count++;
    leads->leads[*place] = (struct etl_lead){s->email, id, {(uint32_t)leads->submission_count}};
    return true;
}

/* The key of a lead: its lead id, or its address if it has no id. */
static uint64_t name_of(const struct etl_submission *s) {
    return s->lead != 0 ? s->lead : s->email;
}

/* The lead of a submission; a new one if there is none. */
static bool find_lead(struct etl_leads *leads, const struct etl_submission *s, uint32_t *lead, bool *fresh) {
    uint32_t *known = etl_idmap_at(&leads->names, name_of(s), ETL_IDMAP_NONE);
    if (known == NULL)
        return false;
    *fresh = *known == ETL_IDMAP_NONE;
    if (*fresh && !new_lead(leads, s, known))
        return false;
    *lead = *known;
    return true;
}

/* ---- submissions ---- */

static bool is_same_submission(const struct etl_leads_submission *a, const struct etl_leads_submission *b) {
    return a->moment == b->moment && a->profile == b->profile;
}

/* The key of a submission of a lead with many submissions. */
static uint64_t record_key(const struct etl_leads *leads, const struct etl_submission *s, uint64_t email,
                           const struct etl_leads_submission *kept) {
    const uint64_t parts[] = {name_of(s), email, kept->moment, kept->profile};
    return etl_hash_bytes(leads->intern.key, ETL_HASH_RECORD, parts, sizeof parts);
}

/*
 * From now on look up the submissions of a lead with many submissions or several addresses, instead of comparing one
 * by one.
 */
static bool index_submissions(struct etl_leads *leads, const struct etl_submission *s, struct etl_lead *lead) {
    for (uint32_t at = lead->newest; at != ETL_IDMAP_NONE; at = leads->submissions[at].before)
        if (etl_idmap_at(&leads->records, record_key(leads, s, lead->email, &leads->submissions[at]), 0) == NULL)
            return false;
    lead->newest = ETL_IDMAP_NONE;
    return true;
}

/* Whether an equal submission was added before; `new` is its stored form. */
static bool is_repeated(struct etl_leads *leads, const struct etl_submission *s, const struct etl_leads_submission *new,
                        bool *repeated) {
    struct etl_lead *lead = &leads->leads[new->lead];
    size_t seen = 0;
    *repeated = false;
    if (lead->newest != ETL_IDMAP_NONE && s->email == lead->email)
        for (uint32_t at = lead->newest; at != ETL_IDMAP_NONE && !*repeated && seen < MANY; seen++) {
            *repeated = is_same_submission(&leads->submissions[at], new);
            at = leads->submissions[at].before;
        }
    if (*repeated || (lead->newest != ETL_IDMAP_NONE && s->email == lead->email && seen < MANY))
        return true;
    if (lead->newest != ETL_IDMAP_NONE && !index_submissions(leads, s, lead))
        return false;
    uint32_t *known = etl_idmap_at(&leads->records, record_key(leads, s, s->email, new), ETL_IDMAP_NONE);
    if (known == NULL)
        return false;
    *repeated = *known != ETL_IDMAP_NONE;
    *known = 0;
    return true;
}

static bool keep_submission(struct etl_leads *leads, const struct etl_submission *s, struct etl_leads_submission new,
                            bool first) {
    struct etl_lead *lead = &leads->leads[new.lead];
    if (!etl_array_reserve(&leads->submissions, &leads->submission_capacity, leads->submission_count + 1,
                           sizeof *leads->submissions))
        return false;
    new.before = first ? ETL_IDMAP_NONE : lead->newest;
    if (lead->newest != ETL_IDMAP_NONE)
        lead->newest = (uint32_t)leads->submission_count;
    leads->submissions[leads->submission_count++] = new;
    if (s->email == 0 || s->email == lead->email)
        return true;
    if (!etl_array_reserve(&leads->addresses, &leads->address_capacity, leads->address_count + 1,
                           sizeof *leads->addresses))
        return false;
    leads->addresses[leads->address_count++] = (struct etl_leads_address){s->email, new.lead};
    return true;
}

/* Whether a submission from the same e-mail was added before. */
static bool is_known_message(struct etl_leads *leads, const struct etl_submission *s, bool *known) {
    uint32_t *place = s->message != 0 ? etl_idmap_at(&leads->records, s->message, ETL_IDMAP_NONE) : NULL;
    if (place == NULL)
        return s->message == 0;
    *known = *place != ETL_IDMAP_NONE;
    *place = 0;
    return true;
}

/*
 * If the same e-mail is read again with a different content, such as the time of arrival, it is added too, so that the
 * order of reading does not matter.
 */
bool etl_leads_add(struct etl_leads *leads, const struct etl_submission_list *list, const struct etl_submission *s,
                   bool *fresh) {
    uint32_t lead, profile;
    bool first, repeated = false, known = false;
    if (leads->submission_count >= MAX_LEADS || !find_lead(leads, s, &lead, &first) ||
        !etl_feature_intern_find(&leads->intern, s->profile, list->written + s->features, &profile))
        return false;
    struct etl_leads_submission new = {.moment = (uint64_t)(s->at == ETL_FORM_NO_DATE ? 0 : s->at + 1) & MAX_MOMENT,
                                       .lead = lead & MAX_LEADS,
                                       .by_address = s->lead == 0,
                                       .profile = profile};
    if (!is_known_message(leads, s, &known) || (!first && !is_repeated(leads, s, &new, &repeated)))
        return false;
    *fresh = !repeated && !known;
    return repeated || keep_submission(leads, s, new, first);
}

void etl_leads_prefetch(const struct etl_leads *leads, const struct etl_submission *s) {
    etl_idmap_prefetch(&leads->names, name_of(s));
}

void etl_leads_forget_submissions(struct etl_leads *leads) {
    free(leads->submissions);
    leads->submissions = NULL;
    leads->submission_count = leads->submission_capacity = 0;
}
