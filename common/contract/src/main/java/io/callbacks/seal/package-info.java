/**
 * Sealing of env values: closed before they are stored or published, opened by the deployer alone.
 */
@NullMarked
package io.callbacks.seal;

import org.jspecify.annotations.NullMarked;
