// Draws the cards that it is sent, until its parent leaves: see image-drawer.ts. A process of its own, so that the memory
// of the image library is freed with it, and a fault of it ends nothing else.
import { readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { cardSvg } from './card-svg.ts'
import { readFaces } from './font-faces.ts'
import type { DrawingReply, DrawingRequest } from './image-drawer.ts'

// Ctrl-C reaches the whole process group. The parent shuts down in order and ends this process with it.
process.on('SIGINT', () => {})
// Pages come first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

sharp.concurrency(1)
sharp.cache(false)

const [regular, bold] = readFaces(readFileSync(join(import.meta.dirname, 'fonts/noto-serif.ttc')))
const faces = { regular: regular!, bold: bold! }

process.on('message', async ({ id, card }: DrawingRequest) => {
  const reply = await sharp(Buffer.from(cardSvg(card, faces)))
    .png({ palette: true, dither: 0, effort: 3 })
    .toBuffer()
    .then(
      (png): DrawingReply => ({ id, png }),
      (error: Error): DrawingReply => ({ id, error: error.message }),
    )
  process.send?.(reply)
})
