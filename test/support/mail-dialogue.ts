import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** A client that says what a test wants, line by line, to a server of SMTP or LMTP on this machine. */
export interface Dialogue {
  socket: Socket
  /** Sends a line and returns the last line of the reply; an empty line only reads the next reply. */
  say(line: string): Promise<string>
  /** Sends an email after DATA, with its dots escaped; returns the replies. LMTP gives one for each recipient. */
  mail(text: string, answers?: number): Promise<string[]>
  end(): void
}

export async function openDialogue(port: number): Promise<Dialogue> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const { value = '', done } = await lines.next()
    return done || !/^\d{3}-/.test(value) ? value : answer()
  }
  await answer()
  return {
    socket,
    say: (line) => {
      if (line) socket.write(`${line}\r\n`)
      return answer()
    },
    mail: async (text, answers = 1) => {
      socket.write(`${text.replace(/^\./gm, '..')}\r\n.\r\n`)
      const all: string[] = []
      for (let n = 0; n < answers; n++) all.push(await answer())
      return all
    },
    end: () => socket.destroy(),
  }
}
