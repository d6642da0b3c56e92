/*
 * mlmodel.h - what makes a version's folder a model for MLflow too: mlflow.pyfunc.load_model("registry/versions/7").
 *
 * MLmodel (JSON, which is YAML) names the flavours onnx and python_function and the shapes that go in and out; next to
 * it are model.onnx and what Python needs.  They contain no time and no run: their bytes follow from the forest.
 */
#ifndef REGISTER_MLMODEL_H
#define REGISTER_MLMODEL_H

#include "libforest/forest.h"
#include "services/register/store/versions.h"

enum { MLMODEL_FILES = 4 };

/* False where memory ran out.  A forest that cannot be exported (a feature that is called as the graph's outputs are)
 * has none of them, and the log says so.  The caller gives the files back to mlmodel_done. */
bool mlmodel_write(struct version_file file[MLMODEL_FILES], size_t *files, const struct forest *forest);
void mlmodel_done(struct version_file file[MLMODEL_FILES], size_t files); /* fine on none */

#endif
