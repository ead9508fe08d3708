"""The Python clients of run.mjs: prints a line of JSON for each, with its version and what it gave."""

import json
import sys
from importlib import metadata

gateway, model, token, texts = *sys.argv[1:4], json.loads(sys.argv[4])
headers = {"authorization": f"Bearer {token}"}
v1 = f"{gateway}/v1"


def ollama():
    import ollama

    return ollama.Client(host=gateway, headers=headers).embed(model=model, input=texts).embeddings


def openai():
    import openai

    data = openai.OpenAI(base_url=v1, api_key=token).embeddings.create(model=model, input=texts).data
    return [one.embedding for one in data]


def langchain_ollama():
    from langchain_ollama import OllamaEmbeddings

    embeddings = OllamaEmbeddings(model=model, base_url=gateway, client_kwargs={"headers": headers})
    return embeddings.embed_documents(texts)


def langchain_openai():
    from langchain_openai import OpenAIEmbeddings

    # It would send token ids of OpenAI's models.
    embeddings = OpenAIEmbeddings(
        model=model, base_url=v1, api_key=token, check_embedding_ctx_length=False
    )
    return embeddings.embed_documents(texts)


def llama_index_ollama():
    from llama_index.embeddings.ollama import OllamaEmbedding

    embeddings = OllamaEmbedding(model_name=model, base_url=gateway, client_kwargs={"headers": headers})
    return embeddings.get_text_embedding_batch(texts)


def llama_index_openai_like():
    from llama_index.embeddings.openai_like import OpenAILikeEmbedding

    embeddings = OpenAILikeEmbedding(model_name=model, api_base=v1, api_key=token)
    return embeddings.get_text_embedding_batch(texts)


def chromadb():
    from chromadb.utils.embedding_functions import OpenAIEmbeddingFunction

    embed = OpenAIEmbeddingFunction(api_key=token, api_base=v1, model_name=model)
    return [[float(value) for value in vector] for vector in embed(texts)]


clients = {
    "ollama": ollama,
    "openai": openai,
    "langchain-ollama": langchain_ollama,
    "langchain-openai": langchain_openai,
    "llama-index-embeddings-ollama": llama_index_ollama,
    "llama-index-embeddings-openai-like": llama_index_openai_like,
    "chromadb": chromadb,
}

for name, embed in clients.items():
    told = {"name": name}
    try:
        told["version"] = metadata.version(name)
        told["vectors"] = [list(vector) for vector in embed()]
    except metadata.PackageNotFoundError:
        pass
    except Exception as error:  # each client has errors of its own
        told["error"] = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps(told))
