const prepare = () => {
  console.log('preparing');
  for (let line = 0; line < Number(process.env.LINES ?? 0); line++) console.log('noise'.repeat(200));
  throw new RangeError(`cannot prepare with ${process.env.SECRET}`);
};

prepare();
