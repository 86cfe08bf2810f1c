"""Ports of the servers of tests."""

import socket

import pytest

from tests.up.processes import free_port


def test_a_port_is_for_a_server_that_shares_addresses_alone():
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="already in use"):
        other.bind(("127.0.0.1", port))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)) as server:
            socket.create_connection(("127.0.0.1", port)).close()
            server.accept()[0].close()
