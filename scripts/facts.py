"""Prints, as JSON, what lief reads in binaries: facts.py <file> …"""

import hashlib
import json
import struct
import sys

import lief


def elf(binary, _):
    versions = [version.name for need in binary.symbols_version_requirement for version in need.get_auxiliary_symbols()]
    return {
        "format": "ELF",
        "architecture": {"X86_64": "x64", "AARCH64": "arm64"}.get(binary.header.machine_type.name),
        "exports": [symbol.name for symbol in binary.exported_symbols],
        "libraries": list(binary.libraries),
        "versions": sorted(set(versions)),
    }


def macho(binary, name):
    version = binary.build_version.minos if binary.has_build_version else binary.version_min.version
    return {
        "format": "Mach-O",
        "architecture": {"X86_64": "x64", "ARM64": "arm64"}.get(binary.header.cpu_type.name),
        "exports": [symbol.name for symbol in binary.exported_symbols],
        "libraries": [library.name for library in binary.libraries if library.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB],
        "oldestMacOS": ".".join(str(number) for number in version[:2]),
        "signature": signature(binary, name) if binary.has_code_signature else None,
    }


# lief finds the signature and does not look into it. Numbers as in Apple's cs_blobs.h.
CODE_DIRECTORY, AD_HOC, SHA256 = 0xFADE0C02, 2, 2


def signature(binary, name):
    content = bytes(binary.code_signature.content)
    (start,) = struct.unpack_from(">I", content, 16)  # of its first part
    directory = content[start:]
    magic, _, _, flags, hashes, _, _, pages, limit = struct.unpack_from(">9I", directory)
    size, kind, _, page_bits = struct.unpack_from("4B", directory, 36)
    page = 1 << page_bits
    complete = pages == -(-limit // page) and limit == binary.code_signature.data_offset
    if magic != CODE_DIRECTORY or kind != SHA256 or not complete:
        return {"adHoc": False, "wrongPages": None}
    with open(name, "rb") as file:
        signed = file.read(limit)
    wrong = sum(
        hashlib.sha256(signed[n * page:(n + 1) * page]).digest() != directory[hashes + size * n:hashes + size * (n + 1)]
        for n in range(pages)
    )
    return {"adHoc": bool(flags & AD_HOC), "wrongPages": wrong}


def pe(binary, _):
    return {
        "format": "PE",
        "architecture": {"AMD64": "x64", "ARM64": "arm64"}.get(binary.header.machine.name),
        "exports": [entry.name for entry in binary.get_export().entries] if binary.has_exports else [],
        "libraries": [library.name for library in binary.imports] + [library.name for library in binary.delay_imports],
    }


READERS = {lief.ELF.Binary: elf, lief.MachO.Binary: macho, lief.PE.Binary: pe}


def facts(name):
    binary = lief.parse(name)
    if type(binary) not in READERS:
        raise SystemExit(f"{name} is no binary that lief reads")
    return READERS[type(binary)](binary, name)


lief.logging.disable()
print(json.dumps([facts(name) for name in sys.argv[1:]]))
