import { openLibraryReader as openRightly } from '../../../../src/features/library/library-reader.ts'

export * from '../../../../src/features/library/library-reader.ts'

const filename = new URL('./endless-library-worker.ts', import.meta.url).href

export const openLibraryReader: typeof openRightly = () => openRightly({ filename, hungMs: 600_000 })
