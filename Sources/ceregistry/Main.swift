import ArgumentParser
import Hummingbird
import Yams

@main struct Root: AsyncParsableCommand { func run() async throws {} }
