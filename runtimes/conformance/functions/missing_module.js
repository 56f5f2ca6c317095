const inner = require('surely-not-there/inner');

exports.handler = () => inner;
