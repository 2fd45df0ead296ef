"""The deployment files keep their promises: no root, read-only, probed, bounded, closed by default (R-67)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.generate import settings
from tests.architecture.tree import ROOT, kept_files

K8S = [p for p in kept_files() if p.parts[0] == "k8s"]
CONTROLLERS = {"Deployment", "StatefulSet", "Job"}


def objects() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in K8S:
        for document in yaml.safe_load_all((ROOT / path).read_text()):
            yield path, document


PODS = [
    pytest.param(kind["kind"], kind["spec"]["template"]["spec"], id=kind["metadata"]["name"])
    for _, kind in objects()
    if kind["kind"] in CONTROLLERS
]


@pytest.mark.parametrize(("kind", "pod"), PODS)
def test_pod_runs_without_privileges(kind: str, pod: Mapping[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize(("kind", "pod"), PODS)
def test_pod_is_probed_and_bounded(kind: str, pod: Mapping[str, Any]) -> None:
    for container in pod["containers"]:
        assert {"requests", "limits"} <= set(container["resources"])
        if kind != "Job":
            assert {"readinessProbe", "livenessProbe"} <= set(container)


@pytest.mark.parametrize(("kind", "pod"), PODS)
def test_secrets_reach_a_pod_as_files_only(kind: str, pod: Mapping[str, Any]) -> None:
    for container in pod["containers"]:
        assert not [e for e in container.get("env", ()) if "valueFrom" in e]
        assert not [e for e in container.get("envFrom", ()) if "secretRef" in e]
    assert [v for v in pod["volumes"] if "secret" in v]


def test_network_is_closed_unless_opened() -> None:
    (closed,) = (
        o for p, o in objects() if o["kind"] == "NetworkPolicy" and o["metadata"]["name"] == "default-deny"
    )
    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_kustomizations_list_the_files_beside_them() -> None:
    for path, made in objects():
        if made["kind"] == "Kustomization":
            listed = {str(path.parent / r) for r in made["resources"] if r.endswith(".yaml")}
            beside = {str(p) for p in K8S if p.parent == path.parent and p != path}
            assert listed == beside


def test_deployments_set_only_settings_that_exist() -> None:
    known = {name for _, name, _, _ in settings()} | {"WEB_CONCURRENCY"}  # uvicorn's
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    (config,) = (o for _, o in objects() if o["kind"] == "ConfigMap")
    given = {*config["data"], *compose["x-hermes"]["environment"]}
    assert {name.removesuffix("_FILE") for name in given} <= known


def test_image_runs_as_nobody_and_installs_by_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert [line for line in lines if "--require-hashes -r requirements-production.txt" in line]
