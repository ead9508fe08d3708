"""A web application around a LightRAG that embeds through the gateway: vectors, questions, metrics.

    from fastapi_app import make_app
    app = make_app(rag)  # uvicorn module:app

It needs `fastapi`, which LightRAG's own server brings (`pip install "lightrag-hku[api]"`).
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from embed_batching import LightRAGBatchIntegration
from fastapi import FastAPI
from lightrag import LightRAG, QueryParam


def make_app(rag: LightRAG) -> FastAPI:
    """The application. The instance's storages are opened with it and closed with it."""
    integration = LightRAGBatchIntegration()

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        await rag.initialize_storages()
        await integration.patch_lightrag_embeddings(rag)
        yield
        await integration.cleanup()
        await rag.finalize_storages()

    app = FastAPI(lifespan=lifespan)

    @app.get("/embedding")
    async def embedding(text: str) -> dict[str, list[float]]:
        # LightRAG has no generate_embedding; this is the function that all of it embeds by.
        vectors = await rag.embedding_func([text], context="query")
        return {"embedding": vectors[0].tolist()}

    @app.get("/chunks")
    async def chunks(question: str) -> dict[str, Any]:
        return await rag.aquery_data(question, QueryParam(mode="naive", enable_rerank=False))

    @app.get("/metrics")
    async def metrics() -> dict[str, Any]:
        return integration.get_performance_metrics()

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return await integration.health_check()

    return app
