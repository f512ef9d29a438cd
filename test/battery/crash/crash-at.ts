import { POINTS, type Point, type Watch } from '../../../src/delivery/points.ts'

/** Ends this very process with SIGKILL when a point is reached for the nth time: "after-dot:3". */
export function crashAt(text: string): Watch {
  const [name, nth] = text.split(':')
  if (!POINTS.includes(name as Point) || !(Number(nth) >= 1)) throw new Error(`no such crash: ${text}`)
  let times = 0
  return (point) => {
    if (point === name && ++times === Number(nth)) process.kill(process.pid, 'SIGKILL')
  }
}
