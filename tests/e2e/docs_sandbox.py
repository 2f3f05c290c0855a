"""A machine of its own for the commands of a document: folders in place of /etc and /var, stand-ins for what a test
cannot have (systemd, the user regwarden), a daemon with a machine's events and a finding in it."""

import http.server
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import harness

# In the text of commands and configurations.
FOLDERS = ("/etc/regwarden", "/var/lib/regwarden", "/backup")

PASSWORD = "correct horse battery"

# Programs of that machine. What changes owners is left out, and systemctl knows one service.
STAND_INS = {
    "regwarden": """\
        case "${1:-}" in "" | -*) exec BINARY "$@" ;; esac
        if [ "$1" = user ]; then echo "PASSWORD" | BINARY "$@" -c CONFIG; exit; fi
        if [ "$1" = tls ]; then exec BINARY "$@" --dir "$(dirname CONFIG)/tls"; fi
        exec BINARY "$@" -c CONFIG
        """,
    "sudo": """\
        if [ "$1" = -u ]; then shift 2; fi
        exec "$@"
        """,
    "chown": "exit 0\n",
    "install": """\
        kept=()
        while [ $# -gt 0 ]; do
          case "$1" in -o | -g) shift 2 ;; *) kept+=("$1"); shift ;; esac
        done
        exec /usr/bin/install "${kept[@]}"
        """,
    "systemctl": """\
        [ "$2" = regwarden ] || { echo "systemctl: no service $2" >&2; exit 1; }
        case "$1" in
          reload) kill -HUP "$(cat PID)" ;;
          start | stop | restart | status) echo "$1" >CONTROL; read -r answer <ANSWER; [ "$answer" = done ] ;;
          *) echo "systemctl: $1?" >&2; exit 1 ;;
        esac
        """,
}

CONFIG = """
data_dir: {folder}/var/lib/regwarden
inputs:
  syslog:
    - {{protocol: tcp, listen: "127.0.0.1:0"}}
  http:
    - {{listen: "127.0.0.1:0"}}
    - {{listen: "127.0.0.1:0", tokens: [TOKEN], certificate: {folder}/work/server.pem, key: {folder}/work/server.key}}
api: {{listen: "127.0.0.1:0"}}
detections: {{paths: [{folder}/etc/regwarden/detections]}}
notify:
  - {{name: soc, webhook: {{url: "http://127.0.0.1:{receiver}/"}}}}
"""


class Receiver(http.server.BaseHTTPRequestHandler):
    """Of messages about findings."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Sandbox:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regwarden-docs-"))
        for name in ("bin", "home", "work/attack_data", "backup", "etc/regwarden", "var/lib"):
            (self.folder / name).mkdir(parents=True)
        shutil.copytree(harness.SOURCE_DIR / "etc/detections", self.folder / "etc/regwarden/detections")
        self.make_certificate()
        self.config = self.folder / "etc/regwarden/regwarden.yaml"
        self.pipes = [self.folder / "control", self.folder / "answer"]
        for pipe in self.pipes:
            os.mkfifo(pipe)
        self.receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        self.daemon = harness.Daemon(CONFIG.format(folder=self.folder, receiver=self.receiver.server_port),
                                     self.config.parent)
        self.started()
        self.write_stand_ins()
        self.fill()

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "server.key", "-out", "server.pem", "-days", "2", "-subj", "/CN=rw.shop.lan",
                        "-addext", "subjectAltName=DNS:rw.shop.lan"],
                       cwd=self.folder / "work", check=True, capture_output=True)

    def write_stand_ins(self):
        words = {"BINARY": harness.BINARY, "CONFIG": self.config, "PASSWORD": PASSWORD, "PID": self.folder / "pid",
                 "CONTROL": self.pipes[0], "ANSWER": self.pipes[1]}
        for name, text in STAND_INS.items():
            for word, value in words.items():
                text = text.replace(word, str(value))
            path = self.folder / "bin" / name
            path.write_text("#!/bin/bash\n" + text)
            path.chmod(0o755)

    def started(self):
        """Ports are others now: curl is told where the documents' addresses lead to."""
        (self.folder / "pid").write_text(str(self.daemon.process.pid))
        ports = self.daemon.ports
        there = {"127.0.0.1:8089": ports["api"], "127.0.0.1:8088": ports["http"], "rw.shop.lan:8088": ports["https"]}
        lines = [f'connect-to = "{name}:127.0.0.1:{port}"\n' for name, port in there.items()]
        (self.folder / "home/.curlrc").write_text("fail-with-body\nsilent\nshow-error\nmax-time = 20\n" + "".join(lines))

    def fill(self):
        """An event half an hour old, and what the shipped detection finds in it."""
        now = time.time()
        event = harness.sysmon_xml(time_s=now - 1800, computer="WS1.corp.example")
        status, _, body = harness.http("POST", f"http://127.0.0.1:{self.daemon.ports['http']}/api/v1/ingest",
                                       event.encode(), {"Authorization": "Bearer TOKEN"})
        if status != 200:
            raise AssertionError(f"{status} {body}")
        self.daemon.cli("run", "Disable AMSI Through Registry", "--at", str(int(now)))

    def make_token(self):
        return self.daemon.cli("token", "add", "test", "--scope", "admin").stdout.strip()

    def local(self, text):
        """The text with this machine's folders."""
        for folder in FOLDERS:
            text = text.replace(folder, f"{self.folder}{folder}")
        return text

    def run(self, script, deadline_s=90):
        """Runs it with bash; (exit status, output). Serves what it asks of systemctl meanwhile."""
        environment = {**os.environ, "HOME": str(self.folder / "home"), "TOKEN": self.make_token(),
                       "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        control = os.open(self.pipes[0], os.O_RDWR | os.O_NONBLOCK)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(["bash", "-c", script], cwd=self.folder / "work", env=environment,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True)
            end = time.monotonic() + deadline_s
            while process.poll() is None and time.monotonic() < end:
                try:
                    self.control(os.read(control, 100).decode().strip())
                except BlockingIOError:
                    time.sleep(0.02)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            os.close(control)
            output.seek(0)
            return process.returncode, output.read().decode(errors="replace")

    def control(self, command):
        if command in ("stop", "restart"):
            self.daemon.stop()
        if command in ("start", "restart"):
            self.daemon.start()
            self.started()
        is_well = command != "status" or self.daemon.running
        with open(self.pipes[1], "w", encoding="ascii") as answer:
            answer.write("done\n" if is_well else "failed\n")

    def remove(self):
        self.daemon.stop(signal.SIGKILL)
        self.receiver.shutdown()
        self.receiver.server_close()
        shutil.rmtree(self.folder)
