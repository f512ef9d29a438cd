// Draws the icons of phones from src/web/assets/icon.svg, after that file changes:
//   node scripts/draw-icons.ts
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

const FOLDER = join(import.meta.dirname, '../src/web/assets')
const SIZES = { 'touch-icon.png': 180, 'app-icon.png': 512 }

// Phones cut the corners themselves; a transparent corner would be black.
const square = readFileSync(join(FOLDER, 'icon.svg'), 'utf8').replace(/ rx="\d+"/, '')

for (const [name, size] of Object.entries(SIZES)) {
  await sharp(Buffer.from(square), { density: 72 * (size / 32) })
    .resize(size, size)
    .png({ palette: true })
    .toFile(join(FOLDER, name))
}
