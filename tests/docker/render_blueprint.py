"""What is known of Render's Blueprint format, applied to deploy/render.yaml.

render_blueprint.py BLUEPRINT ENV_EXAMPLE    a line for each breach, and 1
render_blueprint.py BLUEPRINT --env          the settings with a value, NAME=VALUE

The fields and limits are those that Render documents for a web service with a disk (Blueprint YAML reference, persistent
disks, health checks), and as strict: an unknown field is a breach.
"""
import pathlib
import re
import sys

import yaml

FIELDS = {"type", "name", "runtime", "plan", "region", "branch", "repo", "dockerfilePath", "dockerContext", "dockerCommand",
          "healthCheckPath", "maxShutdownDelaySeconds", "autoDeployTrigger", "buildFilter", "disk", "envVars", "domains",
          "numInstances", "preDeployCommand"}
PLANS = {"starter", "standard", "pro", "pro plus", "pro max", "pro ultra"}  # a disk needs a paid one
FORBIDDEN_MOUNTS = {"/", "/opt", "/opt/render", "/opt/render/project", "/opt/render/project/src", "/home", "/home/render",
                    "/etc", "/etc/secrets"}
RESERVED_PORTS = {"10000", "18012", "18013", "19099"}


def breaches_of(service, root, known):
    name = service.get("name")
    yield from (f"{name}: unknown field {field}" for field in service.keys() - FIELDS)
    if service.get("type") != "web" or service.get("runtime") != "docker":
        yield f"{name}: not a web service of a Dockerfile"
    if service.get("plan") not in PLANS:
        yield f"{name}: plan {service.get('plan')} has no disk"
    if service.get("numInstances", 1) != 1 or "scaling" in service:
        yield f"{name}: a service with a disk has one instance"
    if not (root / service["dockerfilePath"]).is_file():
        yield f"{name}: there is no {service['dockerfilePath']}"
    if service.get("healthCheckPath") not in ("/healthz", "/livez"):
        yield f"{name}: a health check that depends on a model restarts it forever"
    if not 1 <= service.get("maxShutdownDelaySeconds", 30) <= 300:
        yield f"{name}: maxShutdownDelaySeconds is 1 to 300"
    if service.get("autoDeployTrigger", "commit") not in ("commit", "checksPass", "off"):
        yield f"{name}: autoDeployTrigger"
    yield from (f"{name}: buildFilter names {path}, which is not there" for path in service["buildFilter"]["paths"]
                if not any(root.glob(path)))
    disk = service.get("disk", {})
    if disk.keys() != {"name", "mountPath", "sizeGB"} or not isinstance(disk["sizeGB"], int) or disk["sizeGB"] < 1:
        yield f"{name}: a disk needs a name, a mountPath and a whole number as sizeGB"
    elif disk["mountPath"].rstrip("/") in FORBIDDEN_MOUNTS or not disk["mountPath"].startswith("/"):
        yield f"{name}: {disk['mountPath']} cannot be mounted"
    for variable in service.get("envVars", []):
        kinds = variable.keys() - {"key"}
        if len(kinds) != 1 or not kinds <= {"value", "generateValue", "sync"}:
            yield f"{name}: {variable} has not one kind of value"
        elif not isinstance(variable.get("value", ""), str):
            yield f"{name}: {variable['key']} is not text"
        if variable["key"] not in known:
            yield f"{name}: nothing reads {variable['key']}"
        if variable["key"] == "PORT" and variable.get("value") in RESERVED_PORTS:
            yield f"{name}: PORT is Render's to say"


def main():
    path = pathlib.Path(sys.argv[1])
    blueprint = yaml.safe_load(path.read_text())
    if sys.argv[2] == "--env":
        for variable in blueprint["services"][0]["envVars"]:
            if "value" in variable:
                print(f"{variable['key']}={variable['value']}")
        return 0
    known = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", pathlib.Path(sys.argv[2]).read_text(), re.M))
    root = path.resolve().parent.parent
    breaches = [] if blueprint.keys() == {"services"} else ["unknown parts"]
    for service in blueprint["services"]:
        breaches += breaches_of(service, root, known)
    print("\n".join(breaches))
    return 1 if breaches else 0


sys.exit(main())
