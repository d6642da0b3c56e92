"""Models come and go under load: no request fails or mixes two models, and a bad model never serves."""
import shutil

from api_fixture import *

PROMOTIONS = int(os.environ.get("PROMOTIONS", "60"))

with scratch() as folder:
    registry = Registry(folder)
    registry.promote(1)
    server = Server(folder)
    check("it becomes ready", server.wait_ready())

    loads = [Load(server) for _ in range(4)]
    for version in range(2, 2 + PROMOTIONS):
        registry.promote(version)
        if version % 3 == 0:
            server.process.send_signal(signal.SIGHUP)
    settled = wait_until(lambda: server.get("/readyz")[1].get("x-model-version") == str(1 + PROMOTIONS))
    for load in loads:
        load.end()
    check("the newest model is served in the end", settled)
    failed = sum((load.failed for load in loads), [])
    check(f"{PROMOTIONS} promotions under load fail no request, and each answer is its model's", not failed, failed[:3])
    check("many models were seen meanwhile", len(set.union(*(load.versions for load in loads))) > PROMOTIONS / 4)

    serving = server.predict()

    def refuses(sentence, damage, word):
        """After the damage the old model serves on, and the log says why, once."""
        before = server.count("model refused")
        damage()
        told = wait_until(lambda: server.count("model refused") > before)
        time.sleep(2.5)  # more than one further attempt
        check(sentence, told and word in server.find("model refused") and server.predict()[2] == serving[2],
              server.find("model refused"))
        check("  ... and is told of once", server.count("model refused") == before + 1, server.log[-5:])

    def truncate(version):
        registry.promote(version)
        path = registry.path("versions", str(version), "forest.bin")
        os.truncate(path, os.path.getsize(path) // 2)

    def truncate_before_it_is_seen():
        os.kill(server.process.pid, signal.SIGSTOP)
        truncate(500)
        os.kill(server.process.pid, signal.SIGCONT)

    refuses("a forest cut short after promotion is refused", truncate_before_it_is_seen, "SHA-256")
    refuses("one cut short that manifest and pointer agree with, too", lambda: registry.promote(501, "truncated"), "forest.bin")
    refuses("one with a flipped bit that they agree with, too", lambda: registry.promote(502, "flipped"), "forest.bin")

    def point(pointer):
        with open(registry.path("beside"), "w") as file:
            file.write(pointer)
        os.rename(registry.path("beside"), registry.path("champion.json"))

    refuses("a pointer that is no JSON is refused", lambda: point("{"), "champion.json")
    refuses("a pointer to a version that is not there is refused",
            lambda: point(json.dumps({"version": 9999, "sha256": "0" * 64})), "9999")
    shutil.rmtree(registry.path())
    time.sleep(0.3)
    check("a volume that went away leaves the model serving", server.predict()[2] == serving[2])
    registry.promote(600)
    check("a good model is served after all of that",
          wait_until(lambda: server.predict()[1].get("x-model-version") == "600"), server.log[-3:])
    registry.promote(601, "numeric")
    wait_until(lambda: server.predict(b'{"business_type":"Dental","business_size":"10-25","age":40}')[1].get("x-model-version") == "601")
    reply = server.predict()
    check("a model with further inputs asks for them", reply[0] == 422 and errors_of(reply) == {"age": "missing"}, reply)
    check("it ends with 0", server.stop() == 0)
finish()
