/* configuration.c - the configuration file, or the built-in one. */
#include "services/common/worker/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char built_in[] =
#include "config_default.h"
    ;

struct etl_config *configuration_read(const char *path, char **text, struct error *err) {
    size_t size = sizeof built_in - 1;
    char *json = path == NULL ? strdup(built_in) : files_read(path, ETL_CONFIG_MAX_SIZE, &size, err);
    if (json == NULL && path == NULL)
        error_set_errno(err, "copy", "the built-in configuration");
    if (json == NULL)
        return NULL;
    struct etl_config_error problem;
    struct etl_config *config = etl_config_parse(json, size, &problem);
    if (config == NULL)
        error_set(err, "configuration %s: %s", path != NULL ? path : "(built in)", problem.text);
    if (config != NULL && text != NULL)
        *text = json;
    else
        free(json);
    return config;
}
