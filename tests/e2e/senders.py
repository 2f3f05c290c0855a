"""Real syslog senders as a relay runs them: rsyslog and syslog-ng, each with a configuration and a work directory of its
own, reading a spool file. A receiver. And certificates for them."""

import os
import pathlib
import signal
import subprocess
import tempfile

from harness import DEADLINE_S, SOURCE_DIR, wait_for

# scripts/setup unpacks syslog-ng there: its package cannot be installed beside rsyslog's.
SENDERS_DIR = pathlib.Path(os.environ.get("REGWARDEN_SENDERS_DIR", str(SOURCE_DIR / "build/senders")))


class Certificates:
    """PEM files in a folder: NAME.pem and NAME.key."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def pem(self, name):
        return self.folder / f"{name}.pem"

    def key(self, name):
        return self.folder / f"{name}.key"

    def authority(self, name):
        self._openssl("req", "-x509", *self._new_key(name), "-days", "2", "-subj", f"/CN={name}", "-out",
                      self.pem(name), "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def self_signed(self, name):
        self._openssl("req", "-x509", *self._new_key(name), "-days", "2", "-subj", f"/CN={name}", "-out",
                      self.pem(name))

    def signed(self, authority, name, alternative_names):
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative_names}\nbasicConstraints=CA:FALSE\n")
        self._openssl("req", *self._new_key(name), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-days", "2", "-in", request, "-CA", self.pem(authority), "-CAkey",
                      self.key(authority), "-CAcreateserial", "-extfile", extensions, "-out", self.pem(name))

    def fingerprint(self, name, algorithm="sha256"):
        done = self._openssl("x509", "-in", self.pem(name), "-noout", "-fingerprint", f"-{algorithm}")
        return f"{algorithm}:{done.stdout.strip().split('=')[1]}"

    def _new_key(self, name):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key(name)

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=DEADLINE_S)


class Sender:
    """A process that forwards what is appended to its spool."""

    def __init__(self, test):
        folder = tempfile.TemporaryDirectory(prefix="regwarden-sender-")
        test.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.spool = self.folder / "spool"
        self.spool.touch()
        self.log = self.folder / "log"
        self.process = None

    def run(self, test, command, environment=None):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        test.addCleanup(self.stop)

    def append(self, lines):
        with self.spool.open("a") as spool:
            spool.write("".join(line + "\n" for line in lines))

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def rsyslog(test, action, global_options=""):
    """rsyslogd whose ruleset has the one action (of which the closing bracket is missing)."""
    sender = Sender(test)
    config = sender.folder / "rsyslog.conf"
    config.write_text(f"""
        global(workDirectory="{sender.folder}" maxMessageSize="256k" {global_options})
        module(load="imfile" mode="inotify")
        module(load="omrelp")
        input(type="imfile" file="{sender.spool}" tag="Sysmon" ruleset="forward" reopenOnTruncate="on")
        ruleset(name="forward") {{
          action({action} queue.type="LinkedList" queue.size="200000" action.resumeRetryCount="-1"
                 action.resumeInterval="1" action.resumeIntervalMax="1")
        }}
        """)
    sender.run(test, ["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", sender.folder / "pid"])
    return sender


def syslog_ng(test, destination):
    """syslog-ng with the one destination driver."""
    sender = Sender(test)
    libraries = SENDERS_DIR / "usr/lib/syslog-ng"
    modules = next(libraries.glob("[0-9]*"), None)
    if modules is None:
        raise AssertionError(f"no syslog-ng in {SENDERS_DIR}: run scripts/setup")
    config = sender.folder / "syslog-ng.conf"
    config.write_text(f"""@version: {modules.name}
        options {{ time-reopen(1); log-msg-size(262144); keep-hostname(yes); }};
        source s_spool {{ file("{sender.spool}" flags(no-parse) program-override("Sysmon") follow-freq(0.2)); }};
        destination d_regwarden {{ {destination} }};
        log {{ source(s_spool); destination(d_regwarden); }};
        """)
    sender.run(test, [
        SENDERS_DIR / "usr/sbin/syslog-ng", "-F", "-f", config, f"--persist-file={sender.folder}/persist",
        f"--control={sender.folder}/control", f"--pidfile={sender.folder}/pid", f"--module-path={modules}"],
        {"LD_LIBRARY_PATH": str(libraries)})
    return sender


class Receiver(Sender):
    """rsyslogd that takes syslog over TLS from clients with a certificate for relay.example.com, signed by `ca`."""

    def __init__(self, test, certificates, driver):
        super().__init__(test)
        self.kept = self.folder / "received"
        port = self.folder / "port"
        config = self.folder / "rsyslog.conf"
        config.write_text(f"""
            global(workDirectory="{self.folder}" maxMessageSize="256k" defaultNetstreamDriver="{driver}"
                   defaultNetstreamDriverCAFile="{certificates.pem('ca')}"
                   defaultNetstreamDriverCertFile="{certificates.pem('server')}"
                   defaultNetstreamDriverKeyFile="{certificates.key('server')}")
            module(load="imtcp" streamDriver.name="{driver}" streamDriver.mode="1" streamDriver.authMode="x509/name"
                   permittedPeer=["relay.example.com"])
            template(name="line" type="string" string="%rawmsg%\\n")
            ruleset(name="keep") {{ action(type="omfile" file="{self.kept}" template="line") }}
            input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="{port}" ruleset="keep")
            """)
        self.run(test, ["/usr/sbin/rsyslogd", "-n", "-f", config, "-i", self.folder / "pid"])
        self.port = int(wait_for(lambda: port.exists() and port.read_text(), "rsyslog to listen"))

    def received(self):
        return self.kept.read_text() if self.kept.exists() else ""
