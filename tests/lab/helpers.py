"""Stand-ins for what is not an FTP server, or is a busy client. Each says "ready" once it is.

    silent PORT              accepts and says nothing
    banner PORT TEXT         accepts and greets with TEXT
    tls PORT                 speaks TLS from the first byte (server.pem lies next to this script)
    hold ADDRESS PORT        logs in and stays
    idle ADDRESS PORT N HOW  logs in, is silent for N seconds, and says what NOOP is answered; HOW is
                             "silent" or "keepalive"
    hole ADDRESS PORT N      sends a SYN with hop limit N to port 20 (with 0: none), then says what comes
                             of an active listing to the port that it came from
    ladder ADDRESS PORT N    one connection attempt for each hop limit 1..N, the outcomes as a line
"""

import errno
import os
import socket
import ssl
import sys
import threading
import time

IP_RECVERR, IPV6_RECVERR = 11, 25


def listen(port, serve):
    """Both families; `serve` gets each connection in a thread of its own."""
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def until_closed(connection):
    try:
        while connection.recv(4096):
            pass
    except OSError:
        pass
    connection.close()


def silent(port):
    listen(int(port), until_closed)


def banner(port, text):
    def greet(connection):
        connection.sendall(text.encode() + b"\r\n")
        until_closed(connection)

    listen(int(port), greet)


def tls(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(os.path.dirname(__file__), "server.pem"))

    def greet(connection):
        try:
            secured = context.wrap_socket(connection, server_side=True)
            secured.sendall(b"220 lab ready.\r\n")
            until_closed(secured)
        except OSError:
            connection.close()

    listen(int(port), greet)


def log_in(address, port):
    """The connection, and a function that sends a command and returns the reply."""
    connection = socket.create_connection((address, int(port)))
    lines = connection.makefile("rw", newline="")

    def reply():
        line = lines.readline()
        while line and (line[3:4] == "-" or not line[:3].isdigit()):
            line = lines.readline()
        return line.strip()

    def say(command):
        lines.write(command + "\r\n")
        lines.flush()
        return reply()

    reply()
    for command in ("USER anonymous", "PASS lab@example.com"):
        print(say(command))
    return connection, say


def hold(address, port):
    _session = log_in(address, port)
    print("ready", flush=True)
    threading.Event().wait()


def idle(address, port, seconds, how):
    connection, say = log_in(address, port)
    if how == "keepalive":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
    time.sleep(float(seconds))
    connection.settimeout(3)
    try:
        print(say("NOOP"))
    except OSError as error:
        print(type(error).__name__)


def hole(address, port, hops):
    connection, say = log_in(address, port)
    own = connection.getsockname()[0]
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if int(hops):
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        probe.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(hops))
        probe.bind((own, 0))
        end = probe.getsockname()
        probe.settimeout(1)
        try:
            probe.connect((address, 20))
        except OSError as error:
            print(error)
        probe.close()
        listener.bind(end)
    else:
        listener.bind((own, 0))
    listener.listen()
    listener.settimeout(2)
    mine = listener.getsockname()[1]
    print(say(f"PORT {own.replace('.', ',')},{mine >> 8},{mine & 255}"))
    connection.sendall(b"LIST\r\n")
    try:
        print("open from", listener.accept()[1][1])
    except OSError as error:
        print(type(error).__name__)


def ladder(address, port, last):
    outcomes = []
    for hops in range(1, int(last) + 1):
        if ":" in address:
            attempt = socket.socket(socket.AF_INET6)
            attempt.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
            attempt.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        else:
            attempt = socket.socket()
            attempt.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            attempt.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        attempt.settimeout(1)
        try:
            attempt.connect((address, int(port)))
            outcomes.append("open")
        except TimeoutError:
            outcomes.append("silent")
        except OSError as error:
            outcomes.append(errno.errorcode[error.errno])
        attempt.close()
    print(*outcomes)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
