"""LightRAG's embeddings through the gateway of `embed serve`: one line for an instance that is there.

    rag = LightRAG(working_dir="./data", embedding_func=..., llm_model_func=...)
    await rag.initialize_storages()
    integration = await enable_lightrag_batching(rag)
    ...
    await integration.cleanup()

From then on, all texts of the instance go to the gateway, which makes batches of them, answers known ones from its
cache, and retries. When the gateway fails, the instance's own function stands in, as long as it gives the same vectors.
What must hold: an instance never gets vectors of two models. Before one of the two ways is used, and again after it
failed, it embeds three fixed texts, and is used only if they come out as before.

`OllamaBatchingOrchestrator` is the same gateway without LightRAG. This file needs nothing but what LightRAG needs.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import numpy as np
from lightrag.utils import EmbeddingFunc

logger = logging.getLogger("lightrag.embed_batching")

#: Texts whose vectors tell models apart.
CANARIES = (
    "The lighthouse stands on the north end of the island.",
    "Whoever keeps bees needs patience, smoke and a good veil.",
    "def area(radius): return 3.14159 * radius ** 2",
)
#: Least cosine of two vectors of one text and one model. Batches and releases differ by less than 0.0001.
SAME = 0.999
#: Time without the gateway after it failed, in seconds.
PAUSE = 2.0
#: Results that wait to be fetched from an orchestrator.
MAX_WAITING = 100_000
#: Priority of the gateway, from 0 (first) to 4, for what a person waits for, and for all else.
QUESTION, DOCUMENT = 1, 2
#: LightRAG's priorities below this one (10, that of documents) are questions.
LIGHTRAG_DOCUMENT = 10

#: Values of a vector, of models that many use; `embed doctor` shows those of any other.
DIMENSIONS = {"all-minilm": 384, "nomic-embed-text": 768, "mxbai-embed-large": 1024, "bge-m3": 1024}


class GatewayError(RuntimeError):
    """The gateway gave no vectors. `status` is that of HTTP, or None when there was no answer."""

    def __init__(self, message: str, status: int | None = None):
        super().__init__(message)
        self.status = status


class VectorsDiffer(ValueError):
    """The gateway and the instance's own function give different vectors, so they can't stand in for each other."""


@dataclass
class BatchingConfig:
    """Where the gateway is, and what it is asked for.

    `batch_size` and `max_batch_size` bound the texts of one request to the gateway; how many of them go to a server
    together is for the gateway, which adapts it. `processing_interval`, `cache_ttl` and the Redis of the cache are
    settings of the gateway, too: start `embed serve` with the same variables.
    """

    batch_size: int = 32
    max_batch_size: int = 64
    #: Time that a server may take for a request, in ms. An answer of the gateway is awaited twice as long.
    batch_timeout: int = 30_000
    #: In seconds.
    processing_interval: float = 0.1
    #: In seconds.
    cache_ttl: int = 3600
    #: Of a request that the gateway turned away because its queue was full.
    max_retries: int = 3
    #: False: all texts are embedded anew, past the gateway's cache.
    cache_enabled: bool = True
    #: None: that of the instance's embedding function.
    ollama_model: str | None = None
    #: None: not known before the first answer.
    embedding_dim: int | None = None
    gateway_url: str = "http://127.0.0.1:11444"
    #: The gateway's token, if it has one.
    token: str | None = field(default=None, repr=False)
    redis_host: str = "localhost"
    redis_port: int = 6379
    redis_db: int = 2

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> BatchingConfig:
        """Reads the variables that the gateway reads, and EMBED_GATEWAY, its address.

        Raises ValueError when one of them is no number.
        """
        given = os.environ if env is None else env
        config = cls()
        return replace(
            config,
            batch_size=_number(given, "OLLAMA_EMBEDDING_BATCH_SIZE", config.batch_size),
            batch_timeout=_number(given, "OLLAMA_BATCH_TIMEOUT", config.batch_timeout),
            processing_interval=_number(given, "BATCH_PROCESSING_INTERVAL", 100) / 1000,
            cache_ttl=_number(given, "EMBEDDING_CACHE_TTL", config.cache_ttl),
            max_retries=_number(given, "MAX_BATCH_RETRIES", config.max_retries),
            ollama_model=given.get("OLLAMA_EMBEDDING_MODEL") or given.get("EMBEDDING_MODEL") or None,
            gateway_url=given.get("EMBED_GATEWAY") or config.gateway_url,
            token=given.get("EMBED_SERVE_TOKEN") or None,
            redis_host=given.get("REDIS_HOST") or config.redis_host,
            redis_port=_number(given, "REDIS_PORT", config.redis_port),
            redis_db=_number(given, "REDIS_EMBEDDING_DB", config.redis_db),
        ).get_optimized_config_for_model(None)

    def get_optimized_config_for_model(self, model_name: str | None) -> BatchingConfig:
        """The same for another model, or for the one it has when given None, with its dimensions if they are known."""
        model = model_name or self.ollama_model
        known = DIMENSIONS.get(_plain(model).rpartition("/")[2]) if model else None
        return replace(self, ollama_model=model, embedding_dim=known or self.embedding_dim)

    def to_ollama_config(self) -> dict[str, Any]:
        """What `OllamaBatchingOrchestrator` takes as `ollama_config`."""
        return {
            "host": self.gateway_url,
            "model": self.ollama_model,
            "timeout": self.batch_timeout / 1000,
            "token": self.token,
            "cache": self.cache_enabled,
        }

    def to_redis_config(self) -> dict[str, Any]:
        """Where the gateway's cache is, for a client of Redis. Nothing here connects to it."""
        return {"host": self.redis_host, "port": self.redis_port, "db": self.redis_db}


def get_production_config() -> BatchingConfig:
    """`BatchingConfig.from_env()`, for bge-m3 where the variables name no model."""
    config = BatchingConfig.from_env()
    return config if config.ollama_model else config.get_optimized_config_for_model("bge-m3:latest")


class Gateway:
    """A client of `embed serve` for one model."""

    def __init__(
        self,
        url: str,
        model: str,
        token: str | None = None,
        timeout: float = 60.0,
        retries: int = 3,
        cache: bool = True,
    ):
        """`timeout` is the time for the next bytes of an answer, in seconds; `retries` are for a full queue."""
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("The gateway's address must begin with http:// or https://, as EMBED_GATEWAY names it.")
        self.model = model
        self.url = url.rstrip("/")
        self._address = address
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        self._retries = retries
        self._cache = None if cache else "bypass"
        self._session: aiohttp.ClientSession | None = None

    async def embed(self, texts: Sequence[str], priority: int = DOCUMENT, cache: str | None = None) -> np.ndarray:
        """The vectors of the texts, `(len(texts), dimensions)` of float32. `cache` may be "bypass" or "refresh".

        Raises GatewayError when there are none.
        """
        if len(texts) == 0:
            return np.empty((0, 0), dtype=np.float32)
        cache = cache or self._cache
        headers = {"x-embed-priority": str(priority), **({"x-embed-cache": cache} if cache else {})}
        body = {"model": self.model, "input": list(texts)}
        for attempt in range(self._retries + 1):
            try:
                answer = await self.ask("POST", "/api/embed", body, headers)
                break
            except GatewayError as error:
                if error.status != 503 or attempt == self._retries:
                    raise
                await asyncio.sleep(min(0.5 * 2**attempt, 5.0))
        return _vectors(answer, len(texts))

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One request, and the object that answers it. Raises GatewayError."""
        if self._session is None or self._session.closed:
            limits = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=self._timeout)
            self._session = aiohttp.ClientSession(timeout=limits, headers=self._headers)
        try:
            async with self._session.request(method, self.url + path, json=body, headers=headers) as answer:
                text = await answer.text()
                return _object(text, answer.status)
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            raise GatewayError(f"The gateway at {self.shown} doesn't answer: {error or type(error).__name__}.") from error

    def metrics(self) -> dict[str, Any]:
        """The counters of the model, now. It blocks for up to a second. Empty when the gateway doesn't answer."""
        https = self._address.scheme == "https"
        connect = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = connect(self._address.hostname, self._address.port or (443 if https else 80), timeout=1.0)
        try:
            connection.request("GET", f"{self._address.path.rstrip('/')}/metrics?format=json", headers=self._headers)
            answer = connection.getresponse()
            models = _object(answer.read().decode(), answer.status).get("models", {})
        except (OSError, http.client.HTTPException, GatewayError):
            return {}
        finally:
            connection.close()
        return next((found for name, found in models.items() if _plain(name) == _plain(self.model)), {})

    @property
    def shown(self) -> str:
        """The address, without a password in it."""
        return f"{self._address.hostname}:{self._address.port or ''}".rstrip(":")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class Counters:
    """What the gateway counted for a model since `reset`."""

    def __init__(self, gateway: Gateway):
        self._gateway = gateway
        self._before: dict[str, Any] = {}

    def reset(self) -> None:
        self._before = self._gateway.metrics()

    def read(self) -> dict[str, Any]:
        now = self._gateway.metrics()

        def since(name: str) -> int:
            before = self._before.get(name, 0)
            # A gateway that was started anew counts from 0.
            return now.get(name, 0) - (before if before <= now.get(name, 0) else 0)

        hits, misses, batches = since("cache_hits"), since("cache_misses"), since("batches_processed")
        sent = since("requests")
        return {
            "total_requests": since("texts_queued"),
            "cache_hits": hits,
            "cache_misses": misses,
            "cache_hit_rate": hits / (hits + misses) if hits + misses else 0.0,
            "batches_processed": batches,
            "avg_batch_size": since("texts") / batches if batches else 0.0,
            "average_batch_time": now.get("average_batch_time", 0.0),
            "batch_requests": since("batch_requests"),
            "individual_requests": since("individual_requests"),
            "fallback_rate": since("fallbacks") / sent if sent else 0.0,
            "queue_size": now.get("queue_size", 0),
            "active_requests": now.get("active_requests", 0),
        }


class OllamaBatchingOrchestrator:
    """Vectors of single texts and of lists, by the gateway's batches, cache and retries.

    `redis_client` and `processing_interval` are taken and not used: both are the gateway's.
    """

    def __init__(
        self,
        redis_client: Any = None,
        batch_size: int = 32,
        timeout: int = 30_000,
        processing_interval: float = 0.1,
        cache_ttl: int = 3600,
        max_retries: int = 3,
        ollama_config: Mapping[str, Any] | None = None,
    ):
        config = BatchingConfig.from_env()
        given = {**config.to_ollama_config(), **(ollama_config or {})}
        self.batch_size = max(1, batch_size)
        self._gateway = Gateway(
            given["host"],
            _named(given["model"]),
            given["token"],
            timeout=2 * timeout / 1000,
            retries=max_retries,
            cache=given["cache"],
        )
        self._counters = Counters(self._gateway)
        self._waiting: dict[str, asyncio.Task[np.ndarray]] = {}

    async def start(self) -> None:
        """Raises GatewayError when the gateway isn't there."""
        await self._gateway.ask("GET", "/ready")
        self._counters.reset()

    async def stop(self) -> None:
        """Gives up what wasn't fetched."""
        waiting, self._waiting = self._waiting, {}
        for task in waiting.values():
            task.cancel()
        await asyncio.gather(*waiting.values(), return_exceptions=True)
        await self._gateway.close()

    async def __aenter__(self) -> OllamaBatchingOrchestrator:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def queue_embedding_request(self, text: str, priority: int = 2) -> str:
        """Sends the text, and returns the id by which `get_embedding_result` gives its vector, once.

        `priority` is 0 (first) to 4. Raises RuntimeError when 100,000 results wait to be fetched.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise RuntimeError(f"{MAX_WAITING} results wait: fetch some by get_embedding_result.")
        request_id = uuid.uuid4().hex
        self._waiting[request_id] = asyncio.create_task(self._one(text, min(4, max(0, priority))))
        return request_id

    async def _one(self, text: str, priority: int) -> np.ndarray:
        return (await self._gateway.embed([text], priority))[0]

    async def get_embedding_result(self, request_id: str, timeout: float | None = None) -> np.ndarray:
        """The vector, `(dimensions,)` of float32. `timeout` is in seconds; after it, the result may be asked for again.

        Raises KeyError for an id that isn't known or was fetched, TimeoutError, or GatewayError (a RuntimeError).
        """
        task = self._waiting.get(request_id)
        if task is None:
            raise KeyError(f"no result {request_id!r}: each is given once")
        try:
            vector = await asyncio.wait_for(asyncio.shield(task), timeout)
        except asyncio.TimeoutError as error:
            if task.done():
                self._waiting.pop(request_id, None)
            raise TimeoutError(f"no vector within {timeout} s") from error
        except GatewayError:
            self._waiting.pop(request_id, None)
            raise
        self._waiting.pop(request_id, None)
        return vector

    async def process_embeddings_batch(self, texts: list[str]) -> list[np.ndarray]:
        """The vectors of the texts, in their order. Raises GatewayError."""
        parts = [texts[at : at + self.batch_size] for at in range(0, len(texts), self.batch_size)]
        answers = await asyncio.gather(*(self._gateway.embed(part) for part in parts))
        return [vector for answer in answers for vector in answer]

    def get_metrics(self) -> dict[str, Any]:
        """What the gateway counted for this model since `start` or `reset_metrics`, for all of its clients."""
        return self._counters.read()

    def get_performance_metrics(self) -> dict[str, Any]:
        """The same, with those of requests under `pipeline_metrics`, too."""
        metrics = self._counters.read()
        kinds = ("batch_requests", "individual_requests", "fallback_rate")
        return {**metrics, "pipeline_metrics": {name: metrics[name] for name in kinds}}

    def reset_metrics(self) -> None:
        """Counts from here; the gateway's own counters go on."""
        self._counters.reset()

    async def clear_cache(self) -> int:
        """Removes all vectors, of all models, from the gateway's cache; returns how many. The gateway needs a token.

        Raises PermissionError without the right one.
        """
        return int((await self._maintain("/clear_cache")).get("removed", 0))

    async def reset_circuit_breaker(self) -> None:
        """Lets requests go to servers again that were left alone after failures. The gateway needs a token.

        Raises PermissionError without the right one.
        """
        await self._maintain("/reset_circuit_breaker")

    async def _maintain(self, path: str) -> dict[str, Any]:
        try:
            return await self._gateway.ask("POST", path)
        except GatewayError as error:
            if error.status in (401, 403):
                raise PermissionError(f"{error} Start the gateway with EMBED_SERVE_TOKEN, and set it here.") from error
            raise


class Way:
    """One of the two ways to vectors. It is trusted once its canaries have come out as before."""

    def __init__(self, name: str, measure: Callable[[], Awaitable[np.ndarray]]):
        self.name = name
        self.measure = measure
        self.is_trusted = False
        self.checking = asyncio.Lock()


class Space:
    """The vector space of an instance: the canaries of the way that was used first."""

    def __init__(self) -> None:
        self._canaries: np.ndarray | None = None
        self._of = ""

    async def check(self, way: Way) -> None:
        """Raises VectorsDiffer, or what the way raises."""
        if way.is_trusted:
            return
        async with way.checking:
            if way.is_trusted:
                return
            canaries = _unit(await way.measure())
            if self._canaries is None:
                self._canaries, self._of = canaries, way.name
            elif canaries.shape != self._canaries.shape or (canaries * self._canaries).sum(axis=1).min() < SAME:
                raise VectorsDiffer(
                    f"{way.name[0].upper()}{way.name[1:]} gives other vectors than {self._of}: "
                    "use the same model, and no prefixes on one side only."
                )
            way.is_trusted = True


@dataclass
class Calls:
    """How the texts of an instance were embedded."""

    batch_requests: int = 0
    individual_requests: int = 0
    fallbacks: int = 0
    active: int = 0

    @property
    def total(self) -> int:
        return self.batch_requests + self.individual_requests


class LightRAGBatchIntegration:
    """Sends the texts of LightRAG instances to the gateway, until `cleanup`."""

    def __init__(
        self, config: BatchingConfig | None = None, redis_url: str | None = None, enable_batching: bool = True
    ):
        """`redis_url` is for the gateway (`embed serve --redis-url`); here it is only pointed out."""
        self.config = config or BatchingConfig.from_env()
        self.enable_batching = enable_batching
        if redis_url is not None:
            logger.warning("The cache is the gateway's: start it with embed serve --redis-url.")
        self._gateway: Gateway | None = None
        self._counters: Counters | None = None
        self._calls = Calls()
        self._patched: list[tuple[EmbeddingFunc, Callable[..., Awaitable[np.ndarray]]]] = []
        self._comparison = "not measured"
        self._is_failing = False
        self._next_try = 0.0

    async def initialize(self, model: str | None = None) -> None:
        """Looks for the gateway. One that isn't there is said, and tried again later. Raises ValueError without a model."""
        if not self.enable_batching or self._gateway is not None:
            return
        config = self.config
        self._gateway = Gateway(
            config.gateway_url,
            _named(config.ollama_model or model),
            config.token,
            timeout=2 * config.batch_timeout / 1000,
            retries=config.max_retries,
            cache=config.cache_enabled,
        )
        self._counters = Counters(self._gateway)
        self._counters.reset()
        try:
            await self._gateway.ask("GET", "/ready")
        except GatewayError as error:
            self._fail(error)

    async def patch_lightrag_embeddings(self, lightrag_instance: Any) -> None:
        """Lets the instance and all of its storages use the gateway.

        Raises VectorsDiffer, and changes nothing, when the gateway and the instance's own function give different
        vectors: what is in the storages is of the latter.
        """
        if not self.enable_batching:
            return
        functions = _embedding_functions(lightrag_instance)
        if not functions:
            raise ValueError("This LightRAG has no embedding_func.")
        await self.initialize(functions[0].model_name)
        gateway = self._gateway
        assert gateway is not None
        space = Space()
        ours = Way(f"the gateway at {gateway.shown}", functools.partial(self._canaries, gateway, functions[0]))
        own = Way("the instance's own function", functools.partial(_own_canaries, functions[0], functions[0].func))
        try:
            await space.check(own)
        except VectorsDiffer:
            raise
        except Exception as error:  # It may be any client of any server.
            logger.warning("The instance's own function fails, so it can't stand in for the gateway: %s", error)
        try:
            await space.check(ours)
        except GatewayError as error:
            self._fail(error)
        for function in functions:
            self._patched.append((function, function.func))
            function.func = self._patch(function, gateway, space, ours, own)

    async def _canaries(self, gateway: Gateway, function: EmbeddingFunc) -> np.ndarray:
        vectors = await gateway.embed(CANARIES)
        # Those of questions and those of documents, which are the same here.
        return np.concatenate([vectors, vectors]) if function.supports_asymmetric else vectors

    def _patch(
        self, function: EmbeddingFunc, gateway: Gateway, space: Space, ours: Way, own: Way
    ) -> Callable[..., Awaitable[np.ndarray]]:
        original = function.func

        # With the original's signature, as LightRAG looks at it, and its queue's methods.
        @functools.wraps(original)
        async def embed(texts: Sequence[str], *args: Any, **named: Any) -> np.ndarray:
            calls = self._calls
            if len(texts) > 1:
                calls.batch_requests += 1
            else:
                calls.individual_requests += 1
            calls.active += 1
            try:
                failure = await self._try(space, ours)
                if failure is None:
                    priority = QUESTION if named.get("_priority", LIGHTRAG_DOCUMENT) < LIGHTRAG_DOCUMENT else DOCUMENT
                    try:
                        vectors = await gateway.embed(texts, priority)
                        self._is_failing = False
                        return vectors
                    except GatewayError as error:
                        failure = error
                        # A 4xx is about this text; all else about the gateway.
                        if error.status is None or error.status >= 500:
                            ours.is_trusted = False
                            self._fail(error)
                return await self._fall_back(failure, space, own, functools.partial(original, texts, *args, **named))
            finally:
                calls.active -= 1

        return embed

    async def _try(self, space: Space, ours: Way) -> Exception | None:
        """Why the gateway can't be used now; None when it can."""
        if not ours.is_trusted and time.monotonic() < self._next_try:
            return GatewayError("The gateway failed a moment ago.")
        try:
            await space.check(ours)
            return None
        except (GatewayError, VectorsDiffer) as error:
            self._fail(error)
            return error

    async def _fall_back(
        self, failure: Exception, space: Space, own: Way, original: Callable[[], Awaitable[np.ndarray]]
    ) -> np.ndarray:
        try:
            await space.check(own)
        except Exception as error:
            raise failure from error
        self._calls.fallbacks += 1
        try:
            return await original()
        except Exception:
            # When it is back, it may be another.
            own.is_trusted = False
            raise

    def _fail(self, error: Exception) -> None:
        self._next_try = time.monotonic() + PAUSE
        if not self._is_failing:
            logger.warning("Texts are embedded without the gateway: %s", error)
        self._is_failing = True

    async def compare_with_single_requests(self, lightrag_instance: Any, texts: Sequence[str]) -> None:
        """Measures what `performance_summary` tells: the texts one by one by the instance's own function, then in one
        list by the gateway, past its cache. Raises GatewayError, or what the function raises.
        """
        gateway = self._gateway
        own = next((func for one, func in self._patched if one is lightrag_instance.embedding_func), None)
        if gateway is None or own is None or len(texts) < 2:
            raise ValueError("This needs an instance that is patched, and two texts or more.")
        await gateway.embed(texts[:1], cache="bypass")
        await own(list(texts[:1]))
        start = time.perf_counter()
        for text in texts:
            await own([text])
        alone = time.perf_counter() - start
        start = time.perf_counter()
        await gateway.embed(texts, cache="bypass")
        together = time.perf_counter() - start
        self._comparison = (
            f"{len(texts)} texts: {1000 * alone / len(texts):.1f} ms each one by one, "
            f"{1000 * together / len(texts):.1f} ms each in a list by the gateway ({alone / together:.2f} times as fast)"
        )

    def get_performance_metrics(self) -> dict[str, Any]:
        """What the gateway counted for this model, for all of its clients, and how this instance's calls went."""
        calls = self._calls
        return {
            "orchestrator_metrics": self._counters.read() if self._counters else {},
            "pipeline_metrics": {
                "batch_requests": calls.batch_requests,
                "individual_requests": calls.individual_requests,
                "fallback_requests": calls.fallbacks,
                "fallback_rate": calls.fallbacks / calls.total if calls.total else 0.0,
                "active_requests": calls.active,
            },
            "performance_summary": self._comparison,
        }

    async def health_check(self) -> dict[str, Any]:
        """`integration_status` is healthy, degraded (the gateway or a part of it fails) or disabled."""
        if not self.enable_batching or self._gateway is None:
            return {"integration_status": "disabled", "redis_status": "unknown", "pipeline_status": "unknown"}
        try:
            health = await self._gateway.ask("GET", "/health")
        except GatewayError as error:
            return {
                "integration_status": "degraded",
                "redis_status": "unknown",
                "pipeline_status": "unreachable",
                "error": str(error),
            }
        status = str(health.get("status", "unknown"))
        cache = health.get("cache", {})
        return {
            "integration_status": "healthy" if status == "ok" and not self._is_failing else "degraded",
            "redis_status": _redis_status(cache),
            "pipeline_status": status,
        }

    async def cleanup(self) -> None:
        """Gives the instances their own functions back. It may be called again."""
        while self._patched:
            function, original = self._patched.pop()
            function.func = original
        if self._gateway is not None:
            await self._gateway.close()
            self._gateway = self._counters = None


async def enable_lightrag_batching(
    rag: Any, enable_batching: bool = True, config: BatchingConfig | None = None
) -> LightRAGBatchIntegration:
    """Patches an instance of LightRAG, and returns what undoes it.

    Raises VectorsDiffer when the gateway's vectors are not those of the instance's own function.
    """
    integration = LightRAGBatchIntegration(config, enable_batching=enable_batching)
    try:
        await integration.patch_lightrag_embeddings(rag)
    except BaseException:
        await integration.cleanup()
        raise
    return integration


async def _own_canaries(function: EmbeddingFunc, original: Callable[..., Awaitable[np.ndarray]]) -> np.ndarray:
    if not function.supports_asymmetric:
        return np.asarray(await original(list(CANARIES)))
    both = [await original(list(CANARIES), context=context) for context in ("document", "query")]
    return np.concatenate(both)


def _embedding_functions(rag: Any) -> list[EmbeddingFunc]:
    """Those of the instance and of its storages, each once: storages have the instance's object, or copies of it."""
    holders = [rag, *vars(rag).values()]
    found = (getattr(holder, "embedding_func", None) for holder in holders)
    return list({id(one): one for one in found if isinstance(one, EmbeddingFunc)}.values())


def _object(text: str, status: int) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status != 200:
        said = answer.get("error", answer.get("message")) if isinstance(answer, dict) else None
        raise GatewayError(f"The gateway answered {status}{f': {said}' if said else ''}.", status)
    if not isinstance(answer, dict):
        raise GatewayError("The gateway answered something that is no JSON object.")
    return answer


def _vectors(answer: Mapping[str, Any], count: int) -> np.ndarray:
    try:
        vectors = np.asarray(answer["embeddings"], dtype=np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayError("The gateway's answer holds no vectors.") from error
    if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
        raise GatewayError(f"The gateway's answer doesn't hold {count} vectors.")
    return vectors


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Of length 1 each."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1, lengths)


def _plain(model: str) -> str:
    return model.removesuffix(":latest")


def _named(model: str | None) -> str:
    if not model:
        raise ValueError("Which model? Set OLLAMA_EMBEDDING_MODEL, or model_name of the EmbeddingFunc.")
    return model


def _redis_status(cache: Mapping[str, Any]) -> str:
    if cache.get("kind") != "redis":
        return "not used" if cache else "unknown"
    return "healthy" if cache.get("ok") else "lost"


def _number(given: Mapping[str, str], name: str, otherwise: int) -> int:
    value = given.get(name, "").strip()
    if value == "":
        return otherwise
    if not value.isdigit():
        raise ValueError(f"{name} must be a whole number, and is {value[:40]!r}.")
    return int(value)
