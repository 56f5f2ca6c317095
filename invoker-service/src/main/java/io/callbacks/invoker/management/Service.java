package io.callbacks.invoker.management;

import java.net.URI;

/**
 * A service behind the door.
 *
 * @param name what it is called in problems
 */
record Service(String name, URI url) {}
