/** A thread that allocates all the memory it can get. */
export default (): never => {
  const taken: number[][] = []
  for (;;) taken.push(Array.from({ length: 100_000 }, (_, at) => at))
}
