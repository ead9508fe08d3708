"""Plays the real LightRAG with embed_batching, and prints one line of JSON. Run by lightrag-batching.test.ts.

python batching.py SCENARIO OWN FOLDER: EMBED_GATEWAY names the gateway; OWN is the Ollama that the instance's own function asks.
"""

import asyncio
import json
import sys
from functools import partial
from pathlib import Path

import aiohttp
import numpy as np

HERE = Path.cwd() / "example"
sys.path.insert(0, str(HERE))
from embed_batching import (  # noqa: E402
    BatchingConfig,
    Gateway,
    GatewayError,
    OllamaBatchingOrchestrator,
    VectorsDiffer,
    enable_lightrag_batching,
    get_production_config,
)
from ingest import Words, stand_in  # noqa: E402
from lightrag import LightRAG, QueryParam  # noqa: E402
from lightrag.utils import EmbeddingFunc, Tokenizer  # noqa: E402

MODEL = "all-minilm"
MODES = ("naive", "local", "global", "hybrid", "mix")
calls = 0


async def own(texts, *, host, model=MODEL, **_):
    """An embedding function of a user's own, which counts its calls."""
    global calls
    calls += 1
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{host}/api/embed", json={"model": model, "input": list(texts)}) as answer:
            return np.array((await answer.json())["embeddings"], dtype=np.float32)


async def make_rag(host: str, folder: str, func=own) -> LightRAG:
    rag = new_rag(host, folder, func)
    await rag.initialize_storages()
    return rag


def new_rag(host: str, folder: str, func=own) -> LightRAG:
    return LightRAG(
        working_dir=folder,
        embedding_func=EmbeddingFunc(
            embedding_dim=384, func=partial(func, host=host), model_name=MODEL, supports_asymmetric=True
        ),
        llm_model_func=stand_in,
        tokenizer=Tokenizer("words", Words()),
        chunk_token_size=90,
        chunk_overlap_token_size=0,
        entity_extract_max_gleaning=0,
        # Vectors of the scripted server are as unlike as hashes.
        vector_db_storage_cls_kwargs={"cosine_better_than_threshold": -1.0},
    )


def documents() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((HERE / "documents").glob("*.md"))]


async def insert(rag: LightRAG, texts: list[str], name: str = "") -> dict[str, int]:
    await rag.ainsert(texts, file_paths=[f"{name}{index}.md" for index in range(len(texts))])
    return {status: count for status, count in (await rag.get_processing_status()).items() if count}


async def ask(rag: LightRAG) -> list[str]:
    param = QueryParam(mode="naive", chunk_top_k=3, enable_rerank=False)
    found = await rag.aquery_data("Who keeps the lamp burning?", param)
    return [chunk["file_path"] for chunk in found.get("data", {}).get("chunks", [])]


async def patched(host: str, folder: str) -> dict:
    """All goes by the gateway while it is patched, and nothing after cleanup."""
    global calls
    rag = await make_rag(host, folder)
    integration = await enable_lightrag_batching(rag)
    calls = 0
    status = await insert(rag, documents())
    chunks = await ask(rag)
    answers = [await rag.aquery("Who keeps the lamp burning?", QueryParam(mode=mode, enable_rerank=False)) for mode in MODES]
    during = calls
    before = integration.get_performance_metrics()["performance_summary"]
    await integration.compare_with_single_requests(rag, ["one text", "another one", "a third"])
    metrics, health = integration.get_performance_metrics(), await integration.health_check()
    await integration.cleanup()
    config = BatchingConfig.from_env()
    gateway = Gateway(config.gateway_url, MODEL, config.token)
    calls, before_cleanup = 0, gateway.metrics()["texts_queued"]
    await insert(rag, ["Another document, for the own function alone."], "late")
    await ask(rag)
    after, after_cleanup = calls, gateway.metrics()["texts_queued"] - before_cleanup
    await rag.finalize_storages()
    return {
        "status": status, "chunks": chunks, "during": during, "after": after, "after_cleanup": after_cleanup,
        "answers": [bool(answer) for answer in answers],
        "before": before, "metrics": metrics, "health": health,
    }  # fmt: skip


async def killed(host: str, folder: str) -> dict:
    """The gateway dies in the middle of an insert; the instance's own function stands in."""
    rag = await make_rag(host, folder)
    integration = await enable_lightrag_batching(rag)
    status = await insert(rag, documents())
    chunks = await ask(rag)
    metrics, health = integration.get_performance_metrics(), await integration.health_check()
    await integration.cleanup()
    await rag.finalize_storages()
    return {"status": status, "chunks": chunks, "metrics": metrics, "health": health}


async def unlike(host: str, folder: str) -> dict:
    """A function of another model: nothing is patched, and the gateway never stands in for it."""

    async def other(texts, **named):
        return np.roll(await own(texts, **named), 1, axis=1)

    rag = await make_rag(host, folder, other)
    function = rag.embedding_func.func
    try:
        await enable_lightrag_batching(rag)
        said = ""
    except VectorsDiffer as error:
        said = str(error)
    is_same = rag.embedding_func.func is function
    await rag.finalize_storages()
    return {"said": said, "is_same": is_same}


async def absent(host: str, folder: str) -> dict:
    """No gateway at the start: the instance works by its own function."""
    rag = await make_rag(host, folder)
    integration = await enable_lightrag_batching(rag)
    status = await insert(rag, documents()[:1])
    metrics, health = integration.get_performance_metrics(), await integration.health_check()
    await integration.cleanup()
    await rag.finalize_storages()
    return {"status": status, "metrics": metrics, "health": health}


async def orchestrator(host: str, folder: str) -> dict:
    config = BatchingConfig.from_env().get_optimized_config_for_model(MODEL)
    # As programs set it for their machine.
    config.batch_size = min(4, config.max_batch_size)
    made = OllamaBatchingOrchestrator(batch_size=config.batch_size, ollama_config=config.to_ollama_config())
    texts = [f"text {index}" for index in range(10)]
    async with made:
        ids = [await made.queue_embedding_request(text, priority=1) for text in texts]
        singles = [await made.get_embedding_result(one, timeout=20) for one in ids]
        together = await made.process_embeddings_batch(texts)
        try:
            await made.get_embedding_result(ids[0])
            again = ""
        except KeyError as error:
            again = str(error)
        metrics = made.get_performance_metrics()
        past = OllamaBatchingOrchestrator(ollama_config={**config.to_ollama_config(), "cache": False})
        async with past:
            await past.process_embeddings_batch(texts)
            past_cache = past.get_metrics()
        made.reset_metrics()
        zero = made.get_metrics()["total_requests"]
        removed = await made.clear_cache()
        await made.reset_circuit_breaker()
    without = OllamaBatchingOrchestrator(ollama_config={**config.to_ollama_config(), "token": None})
    try:
        async with without:
            await without.clear_cache()
        refused = ""
    except (PermissionError, GatewayError) as error:
        refused = f"{type(error).__name__}: {error}"
    direct = await own(texts, host=host)
    cosines = [float((direct[at] * together[at]).sum()) for at in range(len(texts))]
    return {
        "same": bool(np.array_equal(singles, together)), "cosine": min(cosines), "again": again,
        "metrics": metrics, "zero": zero, "removed": removed, "refused": refused,
        "dimensions": config.embedding_dim, "past_cache": past_cache,
        "production": get_production_config().ollama_model,
    }  # fmt: skip


async def application(host: str, folder: str) -> dict:
    """The web application of the page, asked as by a client."""
    from fastapi_app import make_app
    from fastapi.testclient import TestClient

    rag = new_rag(host, folder)
    with TestClient(make_app(rag)) as client:
        embedding = client.get("/embedding", params={"text": "lamp"}).json()["embedding"]
        metrics = client.get("/metrics").json()
    return {"dimensions": len(embedding), "metrics": metrics}


scenario, *given = sys.argv[1:]
print(json.dumps(asyncio.run(globals()[scenario](*given))))
