import { relative, resolve } from 'node:path'
import { expect } from 'vitest'
import { startFile } from './probe.ts'

startFile(relative(resolve(import.meta.dirname, '../..'), expect.getState().testPath!))
