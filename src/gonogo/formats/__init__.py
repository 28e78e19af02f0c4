"""Rules as values: files, PromQL trees and the rule pack."""
