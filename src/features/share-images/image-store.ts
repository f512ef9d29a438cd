import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomId } from '../../core/secrets.ts'

export interface ImageStore {
  read(name: string): Promise<Buffer | undefined>
  /** A disk that cannot be written is no error: pictures are drawn again. */
  write(name: string, image: Buffer): Promise<void>
}

const MAX_BYTES = 200 * 1024 * 1024

/**
 * Files in a folder, which has no others: up to `maxBytes`, the oldest are removed. The folder is measured again after a
 * tenth of that was written.
 */
export function openImageStore(folder: string, maxBytes = MAX_BYTES): ImageStore {
  const bytesBetween = maxBytes / 10
  let written = Number.POSITIVE_INFINITY
  const write = async (name: string, image: Buffer) => {
    written += image.length
    if (written > bytesBetween) {
      await mkdir(folder, { recursive: true })
      await removeOldest(folder, maxBytes - bytesBetween)
      // After a failure, the next picture tries again.
      written = image.length
    }
    // A reader never finds half a picture.
    const partial = join(folder, `${name}.${randomId(80)}`)
    await writeFile(partial, image)
    await rename(partial, join(folder, name))
  }
  return {
    read: (name) => readFile(join(folder, name)).catch(() => undefined),
    write: (name, image) => write(name, image).catch(() => {}),
  }
}

async function removeOldest(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; size: number; at: number }[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    // Another process may have removed it.
    const found = await stat(path).catch(() => null)
    if (found?.isFile()) files.push({ path, size: found.size, at: found.mtimeMs })
  }
  let total = files.reduce((sum, { size }) => sum + size, 0)
  for (const { path, size } of files.sort((a, b) => a.at - b.at)) {
    if (total <= maxBytes) return
    await rm(path, { force: true })
    total -= size
  }
}
