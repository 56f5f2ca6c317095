const { value } = require('of_library');

exports.handler = () => value;
