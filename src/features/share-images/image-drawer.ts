import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { ShareCard } from './share-card.ts'

export interface DrawingRequest {
  id: number
  card: ShareCard
}

export type DrawingReply = { id: number; png: Uint8Array; error?: never } | { id: number; error: string }

export interface ImageDrawer {
  /** A PNG. Rejects if it cannot be drawn, or takes longer than `hungMs`. */
  draw(card: ShareCard): Promise<Buffer>
  /** Ends the process. */
  close(): void
}

const PROGRAM = new URL('./draw-process.ts', import.meta.url)
const IDLE_MS = 15_000
const HUNG_MS = 10_000

/**
 * Only our own font, whatever the system has, and as many threads as pictures are drawn at once. Nothing else of our
 * environment: the process needs no setting and no secret.
 */
const ENVIRONMENT = {
  FONTCONFIG_FILE: join(import.meta.dirname, 'fonts/fonts.conf'),
  MALLOC_ARENA_MAX: '2',
  UV_THREADPOOL_SIZE: '2',
}

const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']

/** Draws in a child process, which starts with the first picture and ends when it is idle. */
export function openImageDrawer({ program = PROGRAM, idleMs = IDLE_MS, hungMs = HUNG_MS } = {}): ImageDrawer {
  const drawings = new Map<number, PromiseWithResolvers<Buffer>>()
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  const end = (why: string) => {
    const ended = child
    child = undefined
    ended?.kill('SIGKILL')
    for (const drawing of drawings.values()) drawing.reject(new Error(why))
    drawings.clear()
  }
  const start = (): ChildProcess => {
    const started = fork(program, {
      env: ENVIRONMENT,
      execArgv: NODE_OPTIONS,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.on('message', (reply: DrawingReply) => {
      const drawing = drawings.get(reply.id)
      if (reply.error === undefined) drawing?.resolve(Buffer.from(reply.png))
      else drawing?.reject(new Error(reply.error))
    })
    const left = () => {
      if (child === started) end('the process that draws has ended')
    }
    started.on('exit', left).on('error', left)
    // A command that built a server may end without it.
    started.unref()
    started.channel?.unref()
    return started
  }
  return {
    async draw(card) {
      clearTimeout(idle)
      child ??= start()
      const id = ++lastId
      const drawing = Promise.withResolvers<Buffer>()
      drawings.set(id, drawing)
      const hung = setTimeout(() => end(`no picture within ${hungMs} ms`), hungMs)
      child.send({ id, card })
      try {
        return await drawing.promise
      } finally {
        clearTimeout(hung)
        drawings.delete(id)
        if (drawings.size === 0) {
          clearTimeout(idle) // drawings that end together each get here
          idle = setTimeout(() => end('idle'), idleMs).unref()
        }
      }
    },
    close() {
      clearTimeout(idle)
      end('closed')
    },
  }
}
