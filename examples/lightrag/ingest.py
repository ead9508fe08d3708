"""LightRAG through the gateway: documents in, questions answered with what LightRAG retrieves.

    embed serve --embedder builtin &
    pip install -r requirements.txt
    python ingest.py --binding ollama
    python ingest.py --binding openai

LightRAG is used as it comes; only the host of its embedding binding is the gateway's. A chat model is what finds
names and relations in the text. Name one with --chat-model and the gateway passes its requests on to Ollama; without
one, a stand-in takes capitalised words for names, so that the example runs where no chat model is.
"""

import argparse
import asyncio
import os
import re
from functools import partial
from pathlib import Path

import numpy
from lightrag import LightRAG, QueryParam
from lightrag.utils import EmbeddingFunc, Tokenizer

HERE = Path(__file__).parent


def embedding_function(binding: str, gateway: str, model: str, token: str | None):
    """LightRAG's own function for the binding, with the gateway as its host."""
    if binding == "ollama":
        from lightrag.llm.ollama import ollama_embed

        return partial(ollama_embed.func, embed_model=model, host=gateway, api_key=token)
    from lightrag.llm.openai import openai_embed

    # The OpenAI client insists on a key; the gateway looks at it only when it was started with a token.
    # max_token_size=0: the model's own limit counts, not that of OpenAI's tokenizer.
    return partial(
        openai_embed.func,
        model=model,
        base_url=f"{gateway}/v1",
        api_key=token or "none",
        max_token_size=0,
    )


class Words:
    """Counts words as tokens. LightRAG's default tokenizer is downloaded when it is first used."""

    def __init__(self):
        self.words: list[str] = []
        self.places: dict[str, int] = {}

    def encode(self, content: str) -> list[int]:
        return [self._place(word) for word in re.findall(r"\s*\S+|\s+$", content)]

    def decode(self, tokens: list[int]) -> str:
        return "".join(self.words[token] for token in tokens)

    def _place(self, word: str) -> int:
        if word not in self.places:
            self.places[word] = len(self.words)
            self.words.append(word)
        return self.places[word]


async def stand_in(prompt: str, **_) -> str:
    """In place of a chat model: names are capitalised words, and neighbours are related."""
    text = prompt.rpartition("---Input Text---")[2].partition("---Output---")[0]
    names = list(dict.fromkeys(re.findall(r"[A-Z][a-z]+ [A-Z][a-z]+", text)))
    rows = [f"entity<|#|>{name}<|#|>Other<|#|>{name} is named in the documents." for name in names]
    rows += [
        f"relation<|#|>{one}<|#|>{other}<|#|>mention<|#|>{one} is named together with {other}."
        for one, other in zip(names, names[1:])
    ]
    return "\n".join([*rows, "<|COMPLETE|>"])


async def main() -> None:
    options = arguments()
    embed = embedding_function(options.binding, options.gateway, options.model, options.token)
    dimensions = numpy.asarray(await embed(["how long is a vector?"])).shape[1]
    chat = {"llm_model_func": stand_in}
    if options.chat_model:
        from lightrag.llm.ollama import ollama_model_complete

        chat = {
            "llm_model_func": ollama_model_complete,
            "llm_model_name": options.chat_model,
            "llm_model_kwargs": {"host": options.gateway, "api_key": options.token},
        }

    Path(options.work).mkdir(parents=True, exist_ok=True)
    rag = LightRAG(
        working_dir=options.work,
        embedding_func=EmbeddingFunc(
            embedding_dim=dimensions, func=embed, model_name=options.model, supports_asymmetric=True
        ),
        tokenizer=Tokenizer("words", Words()),
        chunk_token_size=options.chunk_words,
        chunk_overlap_token_size=0,
        entity_extract_max_gleaning=0,
        **chat,
    )
    await rag.initialize_storages()
    try:
        files = sorted(path for path in Path(options.documents).rglob("*") if path.suffix in {".md", ".txt"})
        texts = [path.read_text(encoding="utf-8") for path in files]
        await rag.ainsert(texts, file_paths=[str(path) for path in files])
        counts = {status: count for status, count in (await rag.get_processing_status()).items() if count}
        print(f"documents: {counts}, dimensions: {dimensions}")
        if set(counts) != {"processed"}:
            raise SystemExit("some documents were not processed")

        # Vector search over the chunks: what LightRAG would show to a chat model.
        found = await rag.aquery_data(options.ask, QueryParam(mode="naive", chunk_top_k=3, enable_rerank=False))
        print(options.ask)
        for chunk in found.get("data", {}).get("chunks", []):
            print(f"  {Path(chunk['file_path']).name}: {' '.join(chunk['content'].split())[:70]}")
    finally:
        await rag.finalize_storages()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gateway", default="http://127.0.0.1:11444")
    parser.add_argument("--binding", choices=["ollama", "openai"], default="ollama")
    parser.add_argument("--model", default="universal-sentence-encoder-lite")
    parser.add_argument("--chat-model", help="a chat model of the Ollama behind the gateway")
    parser.add_argument("--token", default=os.environ.get("EMBED_SERVE_TOKEN"), help="the gateway's token")
    parser.add_argument("--documents", default=HERE / "documents", help="folder of .md and .txt files")
    parser.add_argument("--work", default="./rag_storage", help="LightRAG's folder")
    parser.add_argument("--chunk-words", type=int, default=90)
    parser.add_argument("--ask", default="Who keeps the lamp burning?")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
