"""A broker that is a folder, in which a message appears when it is whole.

The transport of kombu opens a file in the folder and then writes it: a worker that looks in between ends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            self.data_folder_out = aside
            try:
                super()._put(queue, payload, **kwargs)
            finally:
                self.data_folder_out = folder
            for message in Path(aside).iterdir():
                message.rename(folder / message.name)


class Transport(filesystem.Transport):
    Channel = Channel
