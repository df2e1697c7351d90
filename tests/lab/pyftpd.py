"""pyftpdlib, set up by the JSON file that is its only argument."""

import json
import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

with open(sys.argv[1]) as file:
    config = json.load(file)

logging.basicConfig(level=logging.DEBUG)

authorizer = DummyAuthorizer()
authorizer.add_user(config["user"], config["password"], config["files"])
if config["anonymous"]:
    authorizer.add_anonymous(config["files"])

tls = config["tls"]
Base = TLS_FTPHandler if tls else FTPHandler
if "instead" in config:
    # Lines that an administrator puts in place of the handler.
    names = {}
    exec(config["instead"], names)
    Base = names["handler"]


class Handler(Base):
    auth_failed_timeout = 0
    use_sendfile = False
    # A copy: what is removed here stays in the class that it was inherited from.
    proto_cmds = {
        command: properties
        for command, properties in Base.proto_cmds.items()
        if command not in config["removed"]
    }


class ImplicitHandler(Handler):
    """TLS comes first, and the greeting when it is there."""

    def handle(self):
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        super().handle()


Handler.authorizer = authorizer
if tls:
    Handler.certfile = tls["both"]
    Handler.tls_control_required = tls["login"]
    Handler.tls_data_required = tls["data"]
    if tls["suites"]:
        Handler.get_ssl_context().set_cipher_list(tls["suites"].encode())
    if tls["implicit"]:
        Handler = ImplicitHandler
if config["banner"]:
    Handler.banner = config["banner"]
if config["idle"]:
    Handler.timeout = config["idle"]
if config["rate"]:
    Handler.dtp_handler = ThrottledDTPHandler
    ThrottledDTPHandler.write_limit = config["rate"]
    # It counts what it sent after each write: long ones make it faster than it was told.
    ThrottledDTPHandler.ac_out_buffer_size = 5000
Handler.masquerade_address = config["masquerade"]
if config["passive"]:
    first, last = config["passive"]
    Handler.passive_ports = range(first, last + 1)

server = FTPServer((config["address"], config["port"]), Handler)
server.max_cons_per_ip = config["max_per_ip"] or 0
server.max_cons = config["max_clients"] or 512
# Lines that an administrator adds.
exec(config.get("lines", ""), {"handler": Handler, "server": server})
server.serve_forever(handle_exit=False)
