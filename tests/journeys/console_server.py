"""The console over the fake service, in a process of its own: `python console_server.py PORT`."""

from __future__ import annotations

import sys

import uvicorn

from twoside.server.app import create_app
from twoside.server.fake import FakeService

if __name__ == "__main__":
    app = create_app(FakeService(), console=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
