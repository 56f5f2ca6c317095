@NullMarked
package io.callbacks.deployer.instance;

import org.jspecify.annotations.NullMarked;
