"""Checks what kubectl would apply: kubernetes_check.py MANIFEST BUILD - a line for each breach, and 1.

Against the JSON schemas of the Kubernetes release named below, strictly, and against the rest of leadforest: settings that
programs read, programs and scripts that the image has, exit codes that workers give, names that objects call each other by.
"""
import pathlib
import re
import sys

import kubernetes_validate
import yaml

RELEASE = "1.32"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def exit_codes():
    text = (ROOT / "services/common/worker/exit_codes.h").read_text()
    return {name: int(code) for name, code in re.findall(r"EXIT_(\w+) = (\d+)", text)}


def pod_of(thing):
    spec = thing["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if thing["kind"] == "CronJob" else spec["template"]
    return template["metadata"].get("labels", {}), template["spec"]


def check_pod(thing, things, programs):
    name = thing["metadata"]["name"]
    _, pod = pod_of(thing)
    for container in pod["containers"]:
        security = {**pod["securityContext"], **container["securityContext"]}
        if not (security.get("runAsNonRoot") and security.get("readOnlyRootFilesystem")
                and security.get("allowPrivilegeEscalation") is False and security["capabilities"] == {"drop": ["ALL"]}):
            yield f"{name}: has a privilege"
        if "memory" not in container["resources"]["limits"]:
            yield f"{name}: may take any memory"
        words = container.get("command", []) + container.get("args", [])
        for program in re.findall(r"leadforest-[a-z-]+", " ".join(words)):
            if program not in programs:
                yield f"{name}: the image has no {program}"
        if not re.fullmatch(r"leadforest-(api|worker):\S+", container["image"]):
            yield f"{name}: image {container['image']} is not named by kustomize"
        for source in container["envFrom"]:
            reference = source.get("configMapRef")
            if reference and ("ConfigMap", reference["name"]) not in things:
                yield f"{name}: there is no ConfigMap {reference['name']}"
    for volume in pod["volumes"]:
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim and ("PersistentVolumeClaim", claim) not in things:
            yield f"{name}: there is no volume {claim}"


def check_cron_job(thing):
    name, spec, codes = thing["metadata"]["name"], thing["spec"], exit_codes()
    job = spec["jobTemplate"]["spec"]
    _, pod = pod_of(thing)
    if spec["concurrencyPolicy"] != "Forbid" or pod["restartPolicy"] != "Never":
        yield f"{name}: could run twice at once, or in a way that podFailurePolicy does not allow"
    actions = {}
    for rule in job["podFailurePolicy"]["rules"]:
        on_codes = rule.get("onExitCodes", {"values": []})
        if on_codes["values"] and on_codes["containerName"] != pod["containers"][0]["name"]:
            yield f"{name}: a rule is about no container of its"
        actions.update(dict.fromkeys(on_codes["values"], rule["action"]))
    wanted = {codes["USAGE"]: "FailJob", codes["DATAERR"]: "FailJob", codes["SOFTWARE"]: "FailJob", codes["TEMPFAIL"]: "Count"}
    if actions != wanted:
        yield f"{name}: {actions} is not {wanted}"
    if not any("onPodConditions" in rule and rule["action"] == "Ignore" for rule in job["podFailurePolicy"]["rules"]):
        yield f"{name}: an eviction counts as a failure"


def check_selector(thing, things):
    """A selector must meet pods, a target must be there."""
    name, spec = thing["metadata"]["name"], thing["spec"]
    if thing["kind"] in ("Service", "PodDisruptionBudget"):
        selector = spec["selector"].get("matchLabels", spec["selector"])
        pods = [pod_of(other)[0] for other in things.values() if other["kind"] in ("Deployment", "CronJob")]
        if sum(selector.items() <= labels.items() for labels in pods) != 1:
            yield f"{thing['kind']} {name}: selects not one kind of pods"
    if thing["kind"] == "HorizontalPodAutoscaler" and ("Deployment", spec["scaleTargetRef"]["name"]) not in things:
        yield f"{name}: scales nothing"


def main():
    things = {(thing["kind"], thing["metadata"]["name"]): thing for thing in yaml.safe_load_all(open(sys.argv[1]))}
    build = pathlib.Path(sys.argv[2])
    settings = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / "deploy/env.example").read_text(), re.M))
    scripts = re.search(r"for script in ([\w -]+);", (ROOT / "Dockerfile.worker").read_text()).group(1).split()
    programs = {path.name for path in build.glob("leadforest-*")} | {f"leadforest-{script}" for script in scripts}
    breaches = []
    for thing in things.values():
        try:
            kubernetes_validate.validate(thing, RELEASE, strict=True)
        except kubernetes_validate.ValidationError as problem:
            breaches.append(f"{thing['kind']} {thing['metadata']['name']}: {problem.message}")
            continue
        if thing["kind"] == "ConfigMap":
            breaches += [f"nothing reads {key}" for key in thing["data"].keys() - settings]
        if thing["kind"] in ("Deployment", "CronJob"):
            breaches += check_pod(thing, things, programs)
        if thing["kind"] == "CronJob":
            breaches += check_cron_job(thing)
        breaches += check_selector(thing, things) if "spec" in thing else []
    print("\n".join(breaches))
    return 1 if breaches or not things else 0


sys.exit(main())
