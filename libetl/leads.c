/* leads.c - keeps people, their submissions and their features in little memory. */
#include "libetl/leads.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/array.h"
#include "libetl/hash.h"

void leads_begin(struct leads *leads, const struct config *config, const struct vocabulary *vocabulary) {
    *leads = (struct leads){.config = config, .vocabulary = vocabulary};
}

void leads_done(struct leads *leads) {
    idmap_done(&leads->names);
    idmap_done(&leads->profiles);
    idmap_done(&leads->value_places);
    free(leads->leads);
    free(leads->ids);
    free(leads->submissions);
    free(leads->values);
    free(leads->texts);
    *leads = (struct leads){0};
}

/* ---- ids: a UUID in lower case as 16 bytes, others as they are ---- */

enum { PACKED_UUID = 0, PACKED_ADDRESS = 255 /* then a byte of length; other first bytes are the length */, UUID = 36 };

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_dash_place(size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static bool pack_uuid(struct text id, char out[16]) {
    size_t digits = 0;
    if (id.size != UUID)
        return false;
    memset(out, 0, 16);
    for (size_t i = 0; i < UUID; i++) {
        if (is_dash_place(i)) {
            if (id.at[i] != '-')
                return false;
            continue;
        }
        int digit = hex_digit(id.at[i]);
        if (digit < 0)
            return false;
        out[digits / 2] = (char)((unsigned char)out[digits / 2] << 4 | digit);
        digits++;
    }
    return true;
}

static void unpack_uuid(const char in[16], char out[LEADS_ID]) {
    size_t digits = 0;
    for (size_t i = 0; i < UUID; i++) {
        if (is_dash_place(i)) {
            out[i] = '-';
            continue;
        }
        unsigned byte = (unsigned char)in[digits / 2];
        out[i] = "0123456789abcdef"[digits % 2 == 0 ? byte >> 4 : byte & 15];
        digits++;
    }
    out[UUID] = '\0';
}

static bool keep_id(struct leads *leads, struct text id, struct text address, uint32_t *place) {
    char packed[2 + TEXT_EMAIL], clean[TEXT_EMAIL];
    size_t size = 0;
    if (pack_uuid(id, packed + 1)) {
        packed[size++] = PACKED_UUID;
        size += 16;
    } else if (id.size > 0) {
        packed[size++] = (char)id.size;
        memcpy(packed + size, id.at, id.size);
        size += id.size;
    } else {
        size_t length = text_email(address, clean);
        packed[size++] = (char)PACKED_ADDRESS;
        packed[size++] = (char)length;
        memcpy(packed + size, clean, length);
        size += length;
    }
    if (leads->ids_size + size > UINT32_MAX ||
        !array_reserve(&leads->ids, &leads->ids_capacity, leads->ids_size + size, 1))
        return false;
    *place = (uint32_t)leads->ids_size;
    memcpy(leads->ids + leads->ids_size, packed, size);
    leads->ids_size += size;
    return true;
}

void leads_id(const struct leads *leads, uint32_t lead, char out[LEADS_ID], bool *is_address) {
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

/* ---- people ---- */

uint32_t leads_person(const struct leads *leads, uint32_t lead) {
    while (leads->leads[lead].same != lead)
        lead = leads->leads[lead].same;
    return lead;
}

uint32_t leads_find(const struct leads *leads, uint64_t name) {
    return idmap_find(&leads->names, name);
}

/* Stand for each other; paths stay short because each join points at what stands for all. */
static void join_people(struct leads *leads, uint32_t a, uint32_t b) {
    uint32_t person_a = leads_person(leads, a), person_b = leads_person(leads, b);
    uint32_t person = person_a < person_b ? person_a : person_b;
    leads->leads[person_a].same = leads->leads[person_b].same = person;
    leads->leads[a].same = leads->leads[b].same = person;
}

static bool new_lead(struct leads *leads, const struct submission *s, uint32_t *place) {
    uint32_t id;
    if (leads->count > INT32_MAX || !keep_id(leads, s->id, s->address, &id) ||
        !array_reserve(&leads->leads, &leads->capacity, leads->count + 1, sizeof *leads->leads))
        return false;
    *place = (uint32_t)leads->count++;
    leads->leads[*place] = (struct leads_lead){*place, id};
    return true;
}

/* The lead of a name, made where there is none. */
static bool find_or_make(struct leads *leads, uint64_t name, const struct submission *s, uint32_t *place) {
    uint32_t *known = idmap_at(&leads->names, name, IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == IDMAP_NONE && !new_lead(leads, s, known))
        return false;
    *place = *known;
    return true;
}

/* Ids before addresses, then by their text. */
static bool has_smaller_id(const struct leads *leads, uint32_t a, uint32_t b) {
    char id_a[LEADS_ID], id_b[LEADS_ID];
    bool is_address_a, is_address_b;
    leads_id(leads, a, id_a, &is_address_a);
    leads_id(leads, b, id_b, &is_address_b);
    return is_address_a != is_address_b ? is_address_b : strcmp(id_a, id_b) < 0;
}

static bool find_lead(struct leads *leads, const struct submission *s, uint32_t *lead) {
    if (!find_or_make(leads, s->lead != 0 ? s->lead : s->email, s, lead))
        return false;
    if (s->lead == 0 || s->email == 0)
        return true;
    uint32_t *known = idmap_at(&leads->names, s->email, *lead);
    if (known == NULL)
        return false;
    if (*known != *lead) {
        join_people(leads, *known, *lead);
        if (has_smaller_id(leads, *lead, *known))
            *known = *lead;
    }
    return true;
}

/* ---- features ---- */

static bool keep_value(struct leads *leads, const char *value, uint32_t *place) {
    size_t size = strlen(value) + 1;
    uint32_t *known = idmap_at(&leads->value_places, hash_bytes(value, size, 1), IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == IDMAP_NONE) {
        if (leads->texts_size + size > UINT32_MAX ||
            !array_reserve(&leads->texts, &leads->texts_capacity, leads->texts_size + size, 1))
            return false;
        *known = (uint32_t)leads->texts_size;
        memcpy(leads->texts + leads->texts_size, value, size);
        leads->texts_size += size;
    }
    *place = *known;
    return true;
}

static bool new_profile(struct leads *leads, const struct text *written, uint32_t *place) {
    size_t features = leads->config->feature_count, used = leads->profile_count * features;
    char value[VOCABULARY_VALUE];
    if (leads->profile_count >= IDMAP_NONE ||
        !array_reserve(&leads->values, &leads->values_capacity, used + features, sizeof *leads->values))
        return false;
    for (size_t i = 0; i < features; i++) {
        if (!vocabulary_clean(leads->vocabulary, i, written[i], value))
            value[0] = '\0';
        if (!keep_value(leads, value, &leads->values[used + i]))
            return false;
    }
    *place = (uint32_t)leads->profile_count++;
    return true;
}

const char *leads_value(const struct leads *leads, uint32_t profile, size_t feature) {
    return leads->texts + leads->values[profile * leads->config->feature_count + feature];
}

/* ---- submissions ---- */

bool leads_add(struct leads *leads, const struct submission_list *list, const struct submission *s) {
    uint32_t lead, *profile = idmap_at(&leads->profiles, s->profile, IDMAP_NONE);
    if (profile == NULL || !find_lead(leads, s, &lead))
        return false;
    if (*profile == IDMAP_NONE && !new_profile(leads, list->written + s->features, profile))
        return false;
    if (!array_reserve(&leads->submissions, &leads->submission_capacity, leads->submission_count + 1,
                       sizeof *leads->submissions))
        return false;
    struct leads_submission *kept = &leads->submissions[leads->submission_count++];
    kept->at = s->at;
    kept->lead = lead & INT32_MAX;
    kept->by_address = s->lead == 0;
    kept->profile = *profile;
    return true;
}

void leads_prefetch(const struct leads *leads, const struct submission *s) {
    if (s->lead != 0)
        idmap_prefetch(&leads->names, s->lead);
    if (s->email != 0)
        idmap_prefetch(&leads->names, s->email);
}
