"""Triton's own client asks us: api_inference.py HOST:PORT KEY; version 2 of make_registry is served."""
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1])
key = {"X-Api-Key": sys.argv[2]}
LEADS = {"business_type": ["Dental", "Legal", "Zürich"], "business_size": ["10-25", "1-9", "1-9"]}


def inputs(binary):
    made = []
    for name, values in LEADS.items():
        made.append(triton.InferInput(name, [len(values), 1], "BYTES"))
        made[-1].set_data_from_numpy(np.array(values, dtype=object).reshape(-1, 1), binary_data=binary)
    return made


assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready("leadforest") and client.is_model_ready("leadforest", "2")
assert not client.is_model_ready("leadforest", "3")
metadata = client.get_model_metadata("leadforest")
assert [column["name"] for column in metadata["inputs"]] == list(LEADS), metadata
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]

plain = client.infer("leadforest", inputs(False), request_id="mine", headers=key, outputs=[
    triton.InferRequestedOutput(name, binary_data=False) for name in ("predicted_package", "probability", "probabilities")])
binary = client.infer("leadforest", inputs(True), headers=key)
assert plain.get_response()["id"] == "mine" and plain.get_response()["model_version"] == "2"
assert plain.as_numpy("predicted_package")[0, 0] == "MVP" and binary.as_numpy("predicted_package")[0, 0] == b"MVP"
for name, columns in (("probability", 1), ("probabilities", 4)):
    assert plain.as_numpy(name).shape == (3, columns)
    assert np.array_equal(plain.as_numpy(name), binary.as_numpy(name)), name
assert np.allclose(plain.as_numpy("probabilities").sum(axis=1), 1, atol=0.001)

one = client.infer("leadforest", inputs(True), headers=key, outputs=[triton.InferRequestedOutput("probability")])
assert one.as_numpy("probabilities") is None and one.as_numpy("probability").shape == (3, 1)
for wrong in (inputs(True)[:1], [triton.InferInput("business_type", [1, 1], "INT32")]):
    if wrong[0].datatype() == "INT32":
        wrong[0].set_data_from_numpy(np.array([[1]], dtype=np.int32))
    try:
        client.infer("leadforest", wrong, headers=key)
        sys.exit("what is wrong is answered")
    except InferenceServerException as refusal:
        assert "business_" in refusal.message(), refusal
