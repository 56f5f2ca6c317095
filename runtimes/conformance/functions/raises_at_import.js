const prepare = () => {
  console.log('preparing');
  throw new RangeError(`cannot prepare with ${process.env.SECRET}`);
};

prepare();
