from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from chanops.sandbox.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_is_private_in_a_private_folder_that_version_control_ignores(tmp_path: Path) -> None:
    file = tmp_path / "state" / "gateway.db"

    Store.open(file).close()

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert (file.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    Store.open(tmp_path / "gateway.db").close()

    assert not (tmp_path / ".gitignore").exists()


def test_a_failed_transaction_leaves_nothing() -> None:
    store = Store.open(None)
    store.execute("CREATE TABLE t (a UNIQUE)")

    with pytest.raises(sqlite3.IntegrityError), store.transaction(), store.transaction():
        store.execute_many("INSERT INTO t VALUES (?)", [(1,), (2,), (1,)])

    assert store.rows("SELECT * FROM t") == []
    store.close()


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s" / "db")
    store.execute("CREATE TABLE t (a)")
    store.execute("INSERT INTO t VALUES (1)")
    store.close()

    again = Store.open(tmp_path / "s" / "db")

    assert again.row("SELECT a FROM t") == {"a": 1}
    again.close()
