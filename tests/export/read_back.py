"""Reads an export with the libraries of others and prints one JSON line for each line or packet: dpkt for captures, pyais for NMEA."""

import json
import sys


def packets(path):
    import dpkt

    with open(path, "rb") as file:
        for at, frame in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(frame).data
            if dpkt.in_cksum(bytes(ip)[: ip.hl * 4]) != 0:
                sys.exit("a checksum of an IP header is wrong")
            udp = ip.data
            source, to = (".".join(map(str, address)) for address in (ip.src, ip.dst))
            yield {"t": round(at * 1000), "from": source, "to": f"{to}:{udp.dport}", "payload": udp.data.decode("latin-1")}


def sentences(path):
    import pyais

    for message in pyais.FileReaderStream(path):
        tags = message.tag_block
        tags.init()
        decoded = message.decode()
        yield {
            "t": int(tags.receiver_timestamp),
            "source": tags.source_station,
            "is_valid": tags.is_valid,
            "type": decoded.msg_type,
            "mmsi": decoded.mmsi,
        }


for row in (packets if sys.argv[1] == "pcap" else sentences)(sys.argv[2]):
    print(json.dumps(row))
