import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { wire } from '../../../src/wiring.ts'

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)(
  'in production its data never lies elsewhere than DATA_DIR (skipped: needs root)',
  async () => {
    const DATA_DIR = join(mkdtempSync(join(tmpdir(), 'for-root-alone-')), 'data') // mode 0700
    const config = { ...readConfig({ DATA_DIR }), production: true }
    await expect(wire(config)).rejects.toMatchObject({
      code: 'database.no-place',
      values: { folder: DATA_DIR },
    })
    expect(existsSync(join(DATA_DIR, 'postgres', 'PG_VERSION'))).toBe(false)
  },
)
