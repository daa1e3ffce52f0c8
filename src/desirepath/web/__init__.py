"""The API for the app, and the app itself, over HTTP: thin routes that parse, call one use case, and answer."""
