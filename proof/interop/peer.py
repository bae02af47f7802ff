"""Drives pypegasus3 for the tests beside it.

Every line of stdin is a JSON command, every line of stdout a JSON answer with the id of the command. Commands run
concurrently, so answers come in any order. The first line of stdout has the versions. The program ends when stdin
ends.

JSON has no bytes, no sets and no dicts with bytes as keys, so they are sent as objects with one field:
{"bytes": BASE64}, {"set": [...]}, {"pairs": [[key, value], ...]}, {"options": CLASS, ...fields}.
"""

import atexit
import base64
import json
import os
import sys
import tempfile
import threading
import traceback

# The client writes pegasus.log into the working folder from the moment it is imported.
noise = tempfile.mkdtemp(prefix='pypegasus3-')
os.chdir(noise)


@atexit.register
def remove_noise():
    import logging
    import shutil
    logging.shutdown()
    os.chdir(tempfile.gettempdir())
    shutil.rmtree(noise, ignore_errors=True)


# Only answers may reach the stdout that the tests read.
answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w', encoding='utf-8')
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

from pypegasus import __version__  # noqa: E402
from pypegasus.base.ttypes import error_types, rocksdb_error_types  # noqa: E402
from pypegasus.pgclient import Pegasus  # noqa: E402
from pypegasus.utils.tools import MultiGetOptions, ScanOptions  # noqa: E402
from twisted.internet import defer, reactor  # noqa: E402

OPTIONS = {'MultiGetOptions': MultiGetOptions, 'ScanOptions': ScanOptions}
OPERATIONS = {
    'get', 'set', 'remove', 'exist', 'ttl', 'multi_set', 'multi_get', 'multi_get_opt', 'multi_del',
    'sort_key_count', 'get_sort_keys',
}


def decode(value):
    if 'bytes' in value:
        return base64.b64decode(value['bytes'])
    if 'set' in value:
        return set(value['set'])
    if 'pairs' in value:
        return dict(value['pairs'])
    if 'options' in value:
        options = OPTIONS[value.pop('options')]()
        for name, field in value.items():
            # The class would silently ignore an unknown name.
            if not hasattr(options, name):
                raise AttributeError('%s has no %s' % (type(options).__name__, name))
            setattr(options, name, field)
        return options
    return value


def encode(value):
    if isinstance(value, bytes):
        return {'bytes': base64.b64encode(value).decode('ascii')}
    if isinstance(value, dict):
        return {'pairs': [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def answer(message):
    answers.write(json.dumps(message) + '\n')
    answers.flush()


class Peer(object):
    """The commands, by name."""

    def __init__(self):
        self.clients = {}

    @defer.inlineCallbacks
    def open(self, table, metas, timeout):
        # One object of pypegasus3 is one table.
        client = Pegasus(metas, table, timeout)
        is_ready = yield client.init()
        if is_ready:
            self.clients[table] = client
        else:
            client.close()
        return is_ready

    def call(self, table, operation, *args):
        if operation not in OPERATIONS:
            raise ValueError('no operation %s' % operation)
        return getattr(self.clients[table], operation)(*args)

    def scan(self, table, hash_key, start_sort_key, stop_sort_key, options):
        return self.drain(self.clients[table].get_scanner(hash_key, start_sort_key, stop_sort_key, options))

    @defer.inlineCallbacks
    def scan_some(self, table, count, hash_key, start_sort_key, stop_sort_key, options):
        """Reads the first rows only, and closes the scanner early."""
        scanner = self.clients[table].get_scanner(hash_key, start_sort_key, stop_sort_key, options)
        rows = []
        while len(rows) < count:
            row = yield scanner.get_next()
            rows.append(row)
        scanner.close()
        return rows

    def scan_all(self, table, max_split_count, options):
        """Returns one list of rows for each scanner; the scanners run concurrently."""
        scanners = self.clients[table].get_unordered_scanners(max_split_count, options)
        return defer.gatherResults([self.drain(scanner) for scanner in scanners], consumeErrors=True)

    @defer.inlineCallbacks
    def drain(self, scanner):
        rows = []
        while True:
            row = yield scanner.get_next()
            if row is None:
                return rows
            rows.append(row)

    def close(self):
        for client in self.clients.values():
            client.close()


peer = Peer()


def obey(line):
    try:
        request = json.loads(line, object_hook=decode)
        command = getattr(peer, request['command'])
    except Exception:
        # The command of this error is not known, so no answer is possible. The end of the program fails all commands.
        traceback.print_exc()
        reactor.stop()
        return

    def succeeded(result):
        answer({'id': request['id'], 'result': encode(result)})

    def failed(failure):
        answer({'id': request['id'], 'error': failure.getTraceback()})

    done = defer.maybeDeferred(command, *request['args'])
    done.addCallback(succeeded)
    done.addErrback(failed)


def read_commands():
    for line in sys.stdin:
        reactor.callFromThread(obey, line)
    reactor.callFromThread(stop)


def stop():
    peer.close()
    reactor.stop()


def start():
    answer({
        'version': __version__,
        'errors': {error.name: error.value for error in error_types},
        'rocksdb_errors': {error.name: error.value for error in rocksdb_error_types},
    })
    threading.Thread(target=read_commands, daemon=True).start()


reactor.callWhenRunning(start)
reactor.run()
