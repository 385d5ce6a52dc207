/** Reading a code with the camera. Loaded only when it is asked for; typed input is always possible. */

import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

// Without this the reader would be fetched from a foreign host.
prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith('.wasm') ? wasm : path) } })

const PAUSE = 120
const LONGEST = 20_000

export class CameraRefused extends Error {}

/** Load the reader ahead, so that the first code is read without a network. */
export async function warm(): Promise<void> {
  await prepareZXingModule({ fireImmediately: true })
}

/** Read one code, or null when none came into view in twenty seconds or the sampler stopped. */
export async function readCode(video: HTMLVideoElement, stop: AbortSignal): Promise<string | null> {
  let stream: MediaStream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  } catch (error) {
    throw new CameraRefused(String(error))
  }
  try {
    video.srcObject = stream
    await video.play()
    const detector = new BarcodeDetector({ formats: ['qr_code', 'code_128'] })
    const until = performance.now() + LONGEST
    while (!stop.aborted && performance.now() < until) {
      const found = await detector.detect(video)
      const text = found[0]?.rawValue
      if (text) return text
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
    return null
  } finally {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}
