"""An independent WebRTC stack publishes, views and is recorded: `python3 aiortc_walk.py <by_hand binary> [h264]`.

Needs aiortc (`pip install aiortc`). Exits with an error if sound or picture does not arrive.
"""

import asyncio
import glob
import json
import sys
import tempfile

import av
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

FRAMES = 60


class Node:
    async def start(self, binary):
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(binary, stdin=pipe, stdout=pipe, limit=1 << 20)

    async def ask(self, **asked):
        self.process.stdin.write((json.dumps(asked) + "\n").encode())
        answer = json.loads(await self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer


async def connect(node, way, pc):
    await pc.setLocalDescription(await pc.createOffer())
    answer = await node.ask(**{way: pc.localDescription.sdp})
    await pc.setRemoteDescription(RTCSessionDescription(answer["answer"], "answer"))


async def main(binary, codec):
    node = Node()
    await node.start(binary)
    publisher = RTCPeerConnection()
    publisher.addTransceiver(AudioStreamTrack(), direction="sendonly")
    video = publisher.addTransceiver(VideoStreamTrack(), direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([c for c in codecs if c.mimeType.lower() == f"video/{codec}" or "rtx" in c.mimeType])
    await connect(node, "publish", publisher)
    folder = tempfile.mkdtemp()
    await node.ask(record=folder)

    viewer, got, done = RTCPeerConnection(), {"audio": 0, "video": 0}, asyncio.Event()
    viewer.addTransceiver("audio", direction="recvonly")
    viewer.addTransceiver("video", direction="recvonly")

    async def pull(track):
        try:
            while True:
                await track.recv()
                got[track.kind] += 1
                if all(count >= FRAMES for count in got.values()):
                    done.set()
        except MediaStreamError:
            pass  # the connection is closed

    viewer.on("track", lambda track: asyncio.ensure_future(pull(track)))
    await connect(node, "view", viewer)
    try:
        await asyncio.wait_for(done.wait(), 60)
    finally:
        print(got, await node.ask(look=True))
    parts = await node.ask(stop=True)
    print(parts)
    for file in glob.glob(folder + "/*"):
        with av.open(file) as film:
            frames = {stream.type: 0 for stream in film.streams}
            for frame in film.decode():
                frames["video" if isinstance(frame, av.VideoFrame) else "audio"] += 1
            print(file.rsplit("/", 1)[1], film.format.name, film.duration, [s.codec_context.name for s in film.streams], frames)
            assert frames["video"] > FRAMES / 2 and frames["audio"] > FRAMES / 2
    await publisher.close()
    await viewer.close()
    node.process.stdin.close()
    await node.process.wait()


asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "vp8"))
