/* paths.h - the names of all files that programs exchange, in one place; each is relative to the data folder. */
#ifndef COMMON_PATHS_H
#define COMMON_PATHS_H

#define VOLUME_RAW "raw"
#define VOLUME_INBOX "raw/inbox"
#define VOLUME_TRUTH "raw/truth.json"
#define VOLUME_PROCESSED "processed"
#define VOLUME_TRAIN "processed/train.csv"
#define VOLUME_LEADS "processed/leads.csv"
#define VOLUME_REPORT "processed/report.json"
#define VOLUME_QUARANTINE "processed/quarantine.ndjson"
#define VOLUME_FEATURES_FOLDER "features"
#define VOLUME_FEATURES "features/features.csv"
#define VOLUME_SCHEMA "features/schema.json"
#define VOLUME_CANDIDATES "candidates"
#define VOLUME_NEWEST "candidates/newest.json"
#define VOLUME_REGISTRY "registry"
#define VOLUME_VERSIONS "registry/versions"
#define VOLUME_CHAMPION "registry/champion.json"
#define VOLUME_PREVIOUS "registry/previous.json"
#define VOLUME_DECISIONS "registry/decisions.ndjson"
#define VOLUME_MLFLOW "registry/mlflow.json"
#define VOLUME_SCORES_FOLDER "scores"
#define VOLUME_SCORES "scores/leads.csv"
#define VOLUME_PREDICTIONS "predictions"
#define VOLUME_MONITORING "monitoring"
#define VOLUME_DRIFT_STATE "monitoring/state.json"
#define VOLUME_DRIFT_HISTORY "monitoring/history.ndjson"
#define VOLUME_RUNS "runs"

#endif
