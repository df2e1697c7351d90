"""Stand-ins for what is not an FTP server, or is a busy client. Each says "ready" once it is.

    silent PORT              accepts and says nothing
    banner PORT TEXT         accepts and greets with TEXT
    tls PORT                 speaks TLS from the first byte (server.pem lies next to this script)
    hold ADDRESS PORT        logs in and stays
    idle ADDRESS PORT N HOW  logs in, is silent for N seconds, and says what NOOP is answered; HOW is
                             "silent" or "keepalive"
    hole ADDRESS PORT N      sends a SYN with hop limit N to port 20 (with 0: none), then says what comes
                             of an active listing to the port that it came from
    shout ADDRESS PORT GAP   sends a datagram every GAP seconds
    forge INTERFACE          answers each SYN for a port above 1023 that comes in there with an ICMP error in
                             the name of whom it was sent to, as bridging firewalls do
    ladder ADDRESS PORT N    one connection attempt for each hop limit 1..N, the outcomes as a line
    ftps ADDRESS PORT MODE.. logs in and lists under TLS, and says how that went, step by step; MODE is
                             "pasv", "epsv", "port" or "eprt", and further words are
                               ca=FILE    whom to trust (without it, anybody)
                               implicit   TLS from the first byte
                               in-clear   no TLS on the data connection
                               fresh      the data connection does not resume the control connection's session
                               weak       old versions and suites too
    ftp PORT WHAT..          a small FTP server; each word is one of
                               pasv=A-B   the ports that PASV announces
                               epsv=A-B   the same of EPSV
                               even=VERB  the ports of epsv (pasv) are even, those of the other odd
                               late=S     it listens S seconds after it has announced a port
                               named=N    227 names a port that is so many higher than the one it opened
"""

import errno
import os
import random
import re
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


class Session:
    """One login at the small FTP server."""

    LISTING = b"-rw-r--r-- 1 ftp ftp 20 Jan 01 00:00 readme.txt\r\n"

    def __init__(self, control, options):
        self.control, self.options = control, options
        self.passive = self.active = None

    def say(self, text):
        self.control.sendall(text.encode() + b"\r\n")

    def run(self):
        self.say("220 ready")
        for line in self.control.makefile("r", encoding="latin-1", newline="\r\n"):
            verb, _, argument = line.strip().partition(" ")
            if not self.command(verb.upper(), argument):
                break
        self.control.close()

    def command(self, verb, argument):
        if verb in ("PASV", "EPSV"):
            self.announce(verb)
        elif verb == "PORT":
            *host, high, low = argument.split(",")
            self.active = (".".join(host), int(high) * 256 + int(low))
            self.say("200 PORT command successful")
        elif verb == "EPRT":
            _, _, host, number, _ = argument.split(argument[0])
            self.active = (host, int(number))
            self.say("200 EPRT command successful")
        elif verb in ("LIST", "NLST"):
            self.list()
        else:
            replies = {"USER": "331 password", "PASS": "230 in", "PWD": '257 "/"', "CWD": "250 done",
                       "TYPE": "200 type", "SYST": "215 UNIX Type: L8", "QUIT": "221 bye",
                       "NOOP": "200 fine", "ABOR": "226 nothing", "STAT": "211 no status"}
            self.say(replies.get(verb, "502 not here"))
        return verb != "QUIT"

    def announce(self, verb):
        first, last = map(int, self.options.get(verb.lower(), "50000-50099").split("-"))
        if self.passive:
            self.passive.close()
        while True:
            number = random.randint(first, last)
            if "even" in self.options:
                even = self.options["even"] == verb.lower()
                number = number // 2 * 2 + (0 if even else 1)
            try:
                self.passive = socket.socket()
                self.passive.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.passive.bind(("0.0.0.0", number))
                break
            except OSError:
                self.passive.close()
        late = float(self.options.get("late", 0))
        if not late:
            self.passive.listen(4)
        if verb == "EPSV":
            self.say(f"229 Entering Extended Passive Mode (|||{number}|)")
        else:
            number += int(self.options.get("named", 0))
            host = self.control.getsockname()[0].replace("::ffff:", "").replace(".", ",")
            self.say(f"227 Entering Passive Mode ({host},{number // 256},{number % 256}).")
        if late:
            time.sleep(late)
            self.passive.listen(4)

    def list(self):
        try:
            if self.active:
                data = socket.create_connection(self.active, timeout=5)
            else:
                self.passive.settimeout(10)
                data, _ = self.passive.accept()
        except OSError:
            self.say("425 no data connection")
            return
        self.say("150 here it comes")
        data.sendall(self.LISTING)
        data.close()
        self.active = None
        self.say("226 done")


def ftp(port, *words):
    options = dict(word.split("=") for word in words)
    listen(int(port), lambda connection: Session(connection, options).run())


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


class Ftps:
    """A control connection under TLS; every step says a word."""

    def __init__(self, address, port, how):
        self.how = how
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority = [word[3:] for word in how if word.startswith("ca=")]
        if authority:
            self.context.load_verify_locations(authority[0])
        else:
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
        if "weak" in how:
            self.context.minimum_version = ssl.TLSVersion.TLSv1
            self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.address = address
        self.socket = socket.create_connection((address, int(port)), 3)
        if "implicit" not in how:
            self.read()
            self.say("AUTH TLS")
        self.socket = self.context.wrap_socket(self.socket, server_hostname=address)
        print(self.socket.version(), self.socket.cipher()[0])
        if "implicit" in how:
            self.read()
        for command in ("USER anonymous", "PASS lab@example.com", "PBSZ 0"):
            self.say(command)
        self.say("PROT C" if "in-clear" in how else "PROT P")

    def read(self):
        """One reply; byte by byte, so that nothing of what follows is taken."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.socket.recv(1)
            if not byte:
                raise EOFError("closed")
            line += byte
        text = line.decode().strip()
        if text[3:4] == "-" or not text[:3].isdigit():
            return self.read()
        print(text)
        return text

    def say(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        return self.read()

    def passive(self, mode):
        reply = self.say(mode.upper())
        if mode == "epsv":
            place = (self.address, int(reply.split("|||")[1].split("|")[0]))
        else:
            *host, high, low = re.findall(r"\d+", reply[3:])[-6:]
            place = (".".join(host), int(high) << 8 | int(low))
        data = socket.create_connection(place, 2)
        self.socket.sendall(b"LIST\r\n")
        return data

    def active(self, mode):
        own = self.socket.getsockname()[0]
        six = ":" in own
        listener = socket.create_server(
            (own, 0), family=socket.AF_INET6 if six else socket.AF_INET
        )
        port = listener.getsockname()[1]
        if mode == "port":
            self.say(f"PORT {own.replace('.', ',')},{port >> 8},{port & 255}")
        else:
            self.say(f"EPRT |{2 if six else 1}|{own}|{port}|")
        self.socket.sendall(b"LIST\r\n")
        listener.settimeout(2)
        data, _ = listener.accept()
        data.settimeout(2)
        return data

    def list(self, mode):
        data = (self.passive if mode in ("pasv", "epsv") else self.active)(mode)
        print("connected")
        if "in-clear" in self.how:
            # A server that refuses does not touch the data connection.
            if self.read()[0] != "1":
                return
        else:
            session = None if "fresh" in self.how else self.socket.session
            data = self.context.wrap_socket(data, server_hostname=self.address, session=session)
            print("resumed" if data.session_reused else "full")
        print(len(list(data.makefile("rb"))), "lines")
        data.close()
        while self.read()[0] == "1":
            pass


def forge(interface):
    seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    seen.bind((interface, 0x0800))
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    print("ready", flush=True)
    while True:
        packet, origin = seen.recvfrom(2048)
        head = (packet[0] & 15) * 4
        port = int.from_bytes(packet[head + 2 : head + 4], "big")
        # 4: what this machine sends itself; SYN alone.
        if origin[2] == 4 or packet[9] != 6 or packet[head + 13] & 0x12 != 2 or port < 1024:
            continue
        source, target = packet[12:16], packet[16:20]
        error = bytearray(b"\x03\x0d\0\0\0\0\0\0") + packet[: head + 8]
        total = sum(int.from_bytes(error[at : at + 2], "big") for at in range(0, len(error), 2))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        error[2:4] = (~total & 0xFFFF).to_bytes(2, "big")
        whole = 20 + len(error)
        answer = b"\x45\0" + whole.to_bytes(2, "big") + b"\0\0\0\0\x40\x01\0\0" + target + source
        out.sendto(answer + bytes(error), (socket.inet_ntoa(source), 0))


def shout(address, port, gap):
    print("ready", flush=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while True:
            out.sendto(b"x", (address, int(port)))
            time.sleep(float(gap))


def ftps(address, port, mode, *how):
    try:
        Ftps(address, port, how).list(mode)
    except ssl.SSLCertVerificationError as error:
        print("certificate:", error.verify_message)
    except ssl.SSLError as error:
        print("TLS:", error.reason)
    except (OSError, EOFError, IndexError) as error:
        print(type(error).__name__)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
